import type { StatementFile } from '../../jobs/statement-file.ts'

/** Stream logic in the shape of ksql/, small enough that its results can be told by hand. */
export const smallStatements: readonly StatementFile[] = [
  {
    name: '01-readings.ksql',
    text: `CREATE STREAM gpu_readings (device VARCHAR KEY, ts TIMESTAMP, host VARCHAR, source VARCHAR, \`ROW\` BIGINT,
      gpu_temperature DOUBLE, gpu_load DOUBLE, board_power DOUBLE, perf_cap_reason INT, other MAP<VARCHAR, DOUBLE>)
      WITH (KAFKA_TOPIC='gpu.readings', VALUE_FORMAT='JSON', TIMESTAMP='ts', PARTITIONS=1);`,
  },
  {
    name: '03-alerts.ksql',
    text: `CREATE STREAM findings AS SELECT device, ts, EXPLODE(FILTER(ARRAY[
        CASE WHEN gpu_temperature > 80e0 THEN STRUCT(rule := 'gpu-hot', sensor := 'gpu_temperature', reading := gpu_temperature, bound := 80e0) END,
        CASE WHEN gpu_load > 95e0 THEN STRUCT(rule := 'load-high', sensor := 'gpu_load', reading := gpu_load, bound := 95e0) END],
        f => f IS NOT NULL)) AS f FROM gpu_readings;
      CREATE STREAM gpu_alerts WITH (KAFKA_TOPIC='gpu.alerts', PARTITIONS=1) AS
        SELECT device, ts, f->rule AS rule, 'warning' AS severity, f->sensor AS sensor, f->reading AS reading, f->bound AS bound FROM findings;`,
  },
  {
    name: '04-episodes.ksql',
    text: `CREATE TABLE gpu_episodes WITH (KAFKA_TOPIC='gpu.episodes', PARTITIONS=1, KEY_FORMAT='JSON') AS
      SELECT device, rule, AS_VALUE(device) AS device_v, LATEST_BY_OFFSET(severity) AS severity, LATEST_BY_OFFSET(sensor) AS sensor,
        COUNT(*) AS n, MAX(reading) AS peak, MAX(bound) AS bound
      FROM gpu_alerts WINDOW SESSION (30 SECONDS, GRACE PERIOD 10 SECONDS) GROUP BY device, rule EMIT CHANGES;`,
  },
  {
    name: '05-stats.ksql',
    text: `CREATE TABLE gpu_stats_1m WITH (KAFKA_TOPIC='gpu.stats.1m', PARTITIONS=1) AS
      SELECT device, COUNT(*) AS n, AVG(gpu_temperature) AS gt_avg, MAX(gpu_temperature) AS gt_max,
        SUM(board_power) / 3600e0 AS energy_wh
      FROM gpu_readings WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 10 SECONDS) GROUP BY device EMIT FINAL;`,
  },
]
