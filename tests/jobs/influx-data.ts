import type { DuckDBConnection } from '@duckdb/node-api'
import { addReadingColumn, packingOf } from '../../store/packed.ts'
import { minuteColumns } from '../../store/schema.ts'
import { insert } from '../store/database.ts'

export const SENSORS = ['gpu_temperature', 'board_power', 'perf_cap_reason'] as const

/** Devices, their logs, and columns for the sensors. */
export async function prepare(connection: DuckDBConnection): Promise<void> {
  await insert(connection, 'devices', [1, 'rig 1, left=top'])
  await insert(connection, 'devices', [2, 'laptop'])
  await insert(connection, 'sources', [1, 1, 'host-a', 'a.txt', 0])
  await insert(connection, 'sources', [2, 2, 'host-b', 'b.txt', 0])
  for (const sensor of SENSORS) await addSensor(connection, sensor)
}

export async function addSensor(connection: DuckDBConnection, sensor: string): Promise<void> {
  await addReadingColumn(connection, sensor, packingOf(sensor))
  for (const column of minuteColumns(sensor)) await connection.run(`ALTER TABLE minutes ADD COLUMN ${column}`)
}

/** Appends a reading a second of both devices, from `first` on, and the minutes of them. Every seventh has no board power. */
export async function append(connection: DuckDBConnection, first: number, seconds: number): Promise<void> {
  const values = [
    ['gpu_temperature', '40 + (n % 500) / 10'],
    ['board_power', 'CASE WHEN n % 7 = 0 THEN NULL ELSE 100 + n % 90 END'],
    ['perf_cap_reason', 'n % 16'],
  ]
  await connection.run('BEGIN')
  await connection.run(
    `INSERT INTO packed_readings (device, ts, source, row, ${values.map(([name]) => name).join(', ')})
     SELECT 1 + n % 2, make_timestamp_ms($first::BIGINT + (n // 2) * 1000), 1 + n % 2, n // 2, ${values.map(([, sql]) => sql).join(', ')}
     FROM (SELECT range AS n FROM range($rows::BIGINT))`,
    { first, rows: seconds * 2 },
  )
  const parts = SENSORS.map(
    (s) =>
      `count(${s}) AS ${s}_n, min(${s}) AS ${s}_min, max(${s}) AS ${s}_max, sum(${s}) AS ${s}_sum, last(${s}) AS ${s}_last`,
  )
  await connection.run(
    `INSERT INTO minutes BY NAME SELECT device, date_trunc('minute', ts)::TIMESTAMP_MS AS ts, ${parts.join(', ')}
     FROM readings WHERE ts >= make_timestamp_ms($first::BIGINT) AND ts < make_timestamp_ms($last::BIGINT) GROUP BY ALL ORDER BY ALL`,
    { first, last: first + seconds * 1_000 },
  )
  await connection.run('COMMIT')
}

/** Puts an episode in, or in the place of the one of its id. */
export async function putEpisode(
  connection: DuckDBConnection,
  id: number,
  { started, seconds, open, rule = 'gpu-hot' }: { started: number; seconds: number; open: boolean; rule?: string },
): Promise<void> {
  await connection.run('DELETE FROM episodes WHERE id = $id', { id })
  await connection.run(
    `INSERT INTO episodes VALUES ($id, 'laptop', $rule, 'warning', 'gpu_temperature', make_timestamp_ms($started::BIGINT), make_timestamp_ms($ended::BIGINT), $count, 90.5, 85, $open)`,
    { id, rule, started, ended: started + seconds * 1_000, count: seconds + 1, open },
  )
}
