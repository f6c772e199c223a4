import { OUTBOX_TABLES } from './outbox.ts'
import { PROGRESS_TABLES } from './progress.ts'

/** The tables of a store, and their version. */
export const STORE_VERSION = 2

/**
 * `packed_readings` and `minutes` get their sensor columns when a sensor is first seen (packed.ts, minuteColumns). Times are TIMESTAMP_MS in UTC. Rows are
 * only ever appended, except in `episodes`, `sessions`, `limits` and the tables of one row.
 */
export const TABLES = [
  // one row; zone: IANA name
  'CREATE TABLE store (version INTEGER NOT NULL, zone VARCHAR NOT NULL, simulated BOOLEAN NOT NULL, created TIMESTAMP_MS NOT NULL)',
  'CREATE TABLE devices (id INTEGER PRIMARY KEY, device VARCHAR UNIQUE NOT NULL)',
  // one life of a log: rows are numbered anew in the next
  'CREATE TABLE sources (id INTEGER PRIMARY KEY, device INTEGER NOT NULL, host VARCHAR NOT NULL, log VARCHAR NOT NULL, generation INTEGER NOT NULL)',
  // (source, row) identifies a reading; so does (device, ts)
  'CREATE TABLE packed_readings (device INTEGER NOT NULL, ts TIMESTAMP_MS NOT NULL, source INTEGER NOT NULL, row UINTEGER NOT NULL)',
  // what is asked: the same with every reading as DOUBLE
  'CREATE VIEW readings AS SELECT device, ts, source, row FROM packed_readings',
  // readings under headers that the catalogue does not know
  'CREATE TABLE other_readings (source INTEGER NOT NULL, row UINTEGER NOT NULL, ts TIMESTAMP_MS NOT NULL, name VARCHAR NOT NULL, value DOUBLE NOT NULL)',
  // what `readings` has in a minute; a minute that a late row comes back to has several rows, to be taken together
  'CREATE TABLE minutes (device INTEGER NOT NULL, ts TIMESTAMP_MS NOT NULL)',
  // topics of ksql/, column by column; windows as started and ended
  'CREATE TABLE episodes (id INTEGER NOT NULL, device VARCHAR NOT NULL, rule VARCHAR NOT NULL, severity VARCHAR NOT NULL, sensor VARCHAR NOT NULL, started TIMESTAMP_MS NOT NULL, ended TIMESTAMP_MS NOT NULL, count BIGINT NOT NULL, peak DOUBLE, bound DOUBLE, open BOOLEAN NOT NULL)',
  'CREATE TABLE sessions (id INTEGER NOT NULL, device VARCHAR NOT NULL, scenario VARCHAR NOT NULL, started TIMESTAMP_MS NOT NULL, ended TIMESTAMP_MS NOT NULL, n BIGINT NOT NULL, load_avg DOUBLE, temperature_max DOUBLE, energy_wh DOUBLE, open BOOLEAN NOT NULL)',
  'CREATE TABLE anomalies (device VARCHAR NOT NULL, started TIMESTAMP_MS NOT NULL, kind VARCHAR NOT NULL, sensor VARCHAR NOT NULL, reading DOUBLE, mean DOUBLE, deviation DOUBLE, score DOUBLE)',
  ...['1m', '1h', '1d'].map(
    (size) =>
      `CREATE TABLE stats_${size} (device VARCHAR NOT NULL, started TIMESTAMP_MS NOT NULL, ended TIMESTAMP_MS NOT NULL, n BIGINT NOT NULL, ${[
        'gt',
        'ct',
        'bp',
        'gl',
      ]
        .map((m) => `${m}_n BIGINT, ${m}_min DOUBLE, ${m}_max DOUBLE, ${m}_avg DOUBLE, ${m}_sd DOUBLE`)
        .join(', ')}, energy_wh DOUBLE)`,
  ),
  // what differs from the defaults of ksql/03-alerts.ksql; the row is the device's record in the topic gpu.limits
  'CREATE TABLE limits (device VARCHAR NOT NULL, gpu_temperature_max DOUBLE, gpu_temperature_critical DOUBLE, cpu_temperature_max DOUBLE, memory_temperature_max DOUBLE, hot_spot_delta_max DOUBLE, temperature_jump_max DOUBLE, fan_stopped_max DOUBLE, board_power_max DOUBLE, board_power_critical DOUBLE, gpu_load_max DOUBLE)',
  'CREATE TABLE rejects (source INTEGER NOT NULL, line BIGINT NOT NULL, reason VARCHAR NOT NULL, detail VARCHAR NOT NULL, first_bytes VARCHAR NOT NULL)',
  // how far each log is read (JSON), and its pipeline as it was after its last row in `readings`; statements: what its engine ran
  'CREATE TABLE pipelines (log VARCHAR NOT NULL, device VARCHAR NOT NULL, position VARCHAR NOT NULL, statements VARCHAR NOT NULL, snapshot BLOB NOT NULL)',
  ...OUTBOX_TABLES,
  ...PROGRESS_TABLES,
] as const

/** Columns of a sensor in `minutes`: readings in the minute (0 where none), least, greatest, sum, and the last of them. */
export function minuteColumns(field: string): string[] {
  return [`${field}_n UINTEGER`, ...['min', 'max', 'sum', 'last'].map((part) => `${field}_${part} DOUBLE`)]
}
