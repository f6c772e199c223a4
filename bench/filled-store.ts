import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { addReadingColumn, packingOf } from '../store/packed.ts'
import { minuteColumns, STORE_VERSION, TABLES } from '../store/schema.ts'

export const DEVICE = 'bench'
export const START = Date.UTC(2025, 0, 1)
const DAY = 86_400_000

/** What a card of 2024 logs, and how it swings: middle and reach of the made-up readings, digits after the point as GPU-Z prints them. */
const SENSORS: readonly (readonly [field: string, middle: number, reach: number, digits: number])[] = [
  ['gpu_clock', 1500, 1200, 1],
  ['memory_clock', 1200, 900, 1],
  ['video_clock', 1000, 400, 1],
  ['gpu_temperature', 60, 28, 1],
  ['hot_spot', 72, 30, 1],
  ['memory_temperature', 66, 24, 1],
  ['fan_1_speed_percent', 45, 45, 0],
  ['fan_1_speed_rpm', 1400, 1400, 0],
  ['fan_2_speed_percent', 45, 45, 0],
  ['fan_2_speed_rpm', 1400, 1400, 0],
  ['memory_used', 6000, 5000, 0],
  ['memory_used_dynamic', 300, 200, 0],
  ['gpu_load', 50, 50, 0],
  ['memory_controller_load', 30, 30, 0],
  ['video_engine_load', 10, 10, 0],
  ['bus_interface_load', 8, 8, 0],
  ['board_power', 180, 160, 1],
  ['gpu_chip_power', 120, 110, 1],
  ['power_percent', 55, 50, 1],
  ['mvddc_power', 30, 20, 1],
  ['pwr_src_power', 150, 120, 1],
  ['pcie_slot_power', 30, 25, 1],
  ['pcie_slot_voltage', 12, 0.3, 1],
  ['pin8_1_power', 80, 60, 1],
  ['pin8_1_voltage', 12, 0.3, 1],
  ['pin16_power', 90, 80, 1],
  ['pin16_voltage', 12, 0.3, 1],
  ['cpu_temperature', 55, 25, 1],
  ['system_memory_used', 16000, 4000, 0],
  ['perf_cap_reason', 8, 8, 0],
]

/** A sum of swings from seconds to the year, so that every zoom shows something; perf_cap_reason keeps a value for half a minute or longer. */
function reading([field, middle, reach, digits]: (typeof SENSORS)[number], index: number): string {
  if (field === 'perf_cap_reason') return '[16, 1, 2, 4, 0][1 + n // 37 * 7919 % 5]'
  const swing = `sin(n / ${3 + index}.0) * 0.1 + sin(n / ${500 + index * 90}.0) * 0.4 + sin(n / ${13_000 + index * 1_000}.0) * 0.4`
  return `round(${middle} + ${reach} * (${swing}), ${digits})`
}

/**
 * A store of one device at 1 Hz and 30 sensors with its minutes, made by SQL in the folder for temporary files. Kept for the next run.
 * @returns path of the database
 */
export async function filledStore(days: number): Promise<string> {
  const folder = join(tmpdir(), 'gpu-monitoring-dashboard-bench')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `store-${days}d.duckdb`)
  if ((await stat(path).catch(() => null)) !== null) return path
  console.error(`writing ${path}`)
  // A run that was stopped leaves a half store, which must not be taken for a whole one.
  const unfinished = `${path}.unfinished`
  await rm(unfinished, { force: true })
  const instance = await DuckDBInstance.create(unfinished)
  const connection = await instance.connect()
  for (const table of TABLES) await connection.run(table)
  const fields = SENSORS.map(([field]) => field)
  for (const field of fields) {
    await addReadingColumn(connection, field, packingOf(field))
    for (const column of minuteColumns(field)) await connection.run(`ALTER TABLE minutes ADD COLUMN ${column}`)
  }
  await connection.run(`INSERT INTO store VALUES (${STORE_VERSION}, 'Europe/Berlin', true, now()::TIMESTAMP)`)
  await connection.run('INSERT INTO devices VALUES (1, $1)', [DEVICE])
  await connection.run("INSERT INTO sources VALUES (1, 1, 'bench', 'bench.txt', 0)")
  const parts = fields.map((f) => `count(${f}), min(${f}), max(${f}), sum(${f}), arg_max(${f}, ts)`)
  for (let day = 0; day < days; day += 7) {
    const [from, until] = [START + day * DAY, START + Math.min(day + 7, days) * DAY]
    await connection.run(
      `INSERT INTO packed_readings SELECT 1, make_timestamp_ms(${START} + n * 1000)::TIMESTAMP_MS, 1, n, ${SENSORS.map(reading).join(', ')}
       FROM range((${from} - ${START}) // 1000, (${until} - ${START}) // 1000) AS seconds(n)`,
    )
    await connection.run(
      `INSERT INTO minutes SELECT device, date_trunc('minute', ts) AS minute, ${parts.join(', ')} FROM readings
       WHERE ts >= make_timestamp_ms(${from}) AND ts < make_timestamp_ms(${until}) GROUP BY device, minute ORDER BY minute`,
    )
  }
  connection.closeSync()
  instance.closeSync()
  await rename(unfinished, path)
  return path
}
