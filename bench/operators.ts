import { type Column, KsqlEngine } from '../engine/index.ts'

const SENSORS = [
  'GPU_TEMPERATURE',
  'CPU_TEMPERATURE',
  'BOARD_POWER',
  'GPU_LOAD',
  'HOT_SPOT',
  'GPU_CLOCK',
  'MEMORY_USED',
  'GPU_VOLTAGE',
]

const SOURCES = `
CREATE STREAM readings (device VARCHAR KEY, ts TIMESTAMP, ${SENSORS.map((s) => `${s} DOUBLE`).join(', ')})
  WITH (KAFKA_TOPIC='readings', VALUE_FORMAT='JSON', TIMESTAMP='ts', PARTITIONS=1);
CREATE TABLE limits (device VARCHAR PRIMARY KEY, gpu_temperature_max DOUBLE)
  WITH (KAFKA_TOPIC='limits', VALUE_FORMAT='JSON', PARTITIONS=1);`

const statistics = SENSORS.map(
  (s) => `MIN(${s}) AS ${s}_min, MAX(${s}) AS ${s}_max, AVG(${s}) AS ${s}_avg, STDDEV_SAMPLE(${s}) AS ${s}_sd`,
).join(', ')

/** One operator a statement, on columns that are in memory already. */
export const OPERATORS: Readonly<Record<string, string>> = {
  filter:
    'CREATE STREAM out AS SELECT device, ts, gpu_temperature FROM readings WHERE gpu_temperature > 85e0 OR board_power > 300e0;',
  project:
    'CREATE STREAM out AS SELECT device, gpu_temperature * 1.8e0 + 32e0 AS f, ROUND(board_power) AS p, CASE WHEN gpu_load > 90e0 THEN 1 ELSE 0 END AS busy FROM readings;',
  explode: `CREATE STREAM out AS SELECT device, EXPLODE(FILTER(ARRAY[
    CASE WHEN gpu_temperature > 85e0 THEN STRUCT(rule := 'hot', reading := gpu_temperature) END,
    CASE WHEN board_power > 300e0 THEN STRUCT(rule := 'power', reading := board_power) END], f => f IS NOT NULL)) AS finding FROM readings;`,
  'stream-table-join':
    'CREATE STREAM out AS SELECT r.device AS device, gpu_temperature, COALESCE(gpu_temperature_max, 85e0) AS bound FROM readings r LEFT JOIN limits l ON r.device = l.device;',
  'group-changes':
    'CREATE TABLE out AS SELECT device, COUNT(*) AS n, MAX(gpu_temperature) AS peak FROM readings GROUP BY device;',
  'latest-by-offset':
    'CREATE TABLE out AS SELECT device, LATEST_BY_OFFSET(gpu_temperature, 2, false) AS last_two FROM readings GROUP BY device;',
  'tumbling-final': `CREATE TABLE out AS SELECT device, COUNT(*) AS n, ${statistics} FROM readings WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 10 SECONDS) GROUP BY device EMIT FINAL;`,
  'hopping-final':
    'CREATE TABLE out AS SELECT device, COUNT(*) AS n, AVG(gpu_temperature) AS t FROM readings WINDOW HOPPING (SIZE 1 MINUTE, ADVANCE BY 10 SECONDS, GRACE PERIOD 10 SECONDS) GROUP BY device EMIT FINAL;',
  'session-changes':
    'CREATE TABLE out AS SELECT device, COUNT(*) AS n, AVG(gpu_load) AS l FROM readings WINDOW SESSION (30 SECONDS, GRACE PERIOD 10 SECONDS) WHERE gpu_load > 70e0 GROUP BY device;',
  'partition-by':
    'CREATE STREAM out AS SELECT CAST(gpu_load AS INT) AS load, device, gpu_temperature FROM readings PARTITION BY CAST(gpu_load AS INT);',
}

const BATCH = 4096
/** batches prepared beforehand, used in turn: the making of readings is not what is measured */
const POOL = 16

function prepareReadings(): Map<string, { data: Float64Array; nulls: null }>[] {
  return Array.from({ length: POOL }, (_, b) => {
    const columns = new Map<string, { data: Float64Array; nulls: null }>()
    for (const [k, sensor] of SENSORS.entries()) {
      const data = Float64Array.from({ length: BATCH }, (_, i) => {
        const row = b * BATCH + i
        return 40 + k * 35 + (30 + k) * Math.sin(row / 300) + ((row * 7919) % 13)
      })
      columns.set(sensor, { data, nulls: null })
    }
    return columns
  })
}

/** Gives the work of feeding `rows` readings of one device, one a second, to an operator. */
export function prepareOperator(name: string, rows: number): () => { rows: number; details: Record<string, number> } {
  const statement = OPERATORS[name]
  if (statement === undefined) throw new Error(`no operator ${name}; there are ${Object.keys(OPERATORS).join(', ')}`)
  const engine = new KsqlEngine({ now: () => 0 })
  engine.execute(SOURCES + statement)
  let out = 0
  engine.topic('OUT').subscribe((batch) => {
    out += batch.count
  })
  const device = new Array<string>(BATCH).fill('bench')
  const pool = prepareReadings()
  return () => {
    let done = 0
    while (done < rows) {
      const readings = pool[(done / BATCH) % POOL] ?? []
      const rowtime = Float64Array.from({ length: BATCH }, (_, i) => 1.6e12 + (done + i) * 1000)
      const columns = new Map<string, Column>([
        ...readings,
        ['TS', { data: rowtime, nulls: null }],
        ['DEVICE', { data: device, nulls: null }],
      ])
      engine.append('READINGS', { count: BATCH, columns, rowtime })
      done += BATCH
    }
    return { rows: done, details: { rowsOut: out } }
  }
}
