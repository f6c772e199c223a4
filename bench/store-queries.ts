import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { readCauses } from '../store/causes.ts'
import { readComparison } from '../store/comparison.ts'
import { readDevices } from '../store/devices.ts'
import { readPatterns } from '../store/patterns.ts'
import { readRange } from '../store/range.ts'
import { readStatistics } from '../store/statistics.ts'
import { CHARTED_SENSORS } from './charted-sensors.ts'
import { DEVICE, filledStore, START } from './filled-store.ts'

/**
 * `node dist/bench/store-queries.js [--days N] [--json FILE]`: the queries of the page on a store of a device that logged N days at 1 Hz with
 * 30 sensors (365: 31.5 million rows), each until its answer is JSON. Every turn asks of another place of the store; spans longer than the
 * store are left out. Told are the first turn, the fastest and slowest of the others, and the least CPU time of all cores together: it
 * moves less with what else the machine does.
 */
const { values } = parseArgs({ options: { days: { type: 'string', default: '365' }, json: { type: 'string' } } })
const days = Number(values.days)
const HOUR = 3_600_000
const SECONDS = days * 86_400
const LIMITS = { gpu_temperature: 85, cpu_temperature: 80, memory_temperature: 100, board_power: 300, gpu_load: 95 }
const TURNS = 7

const opened = performance.now()
const instance = await DuckDBInstance.create(await filledStore(days), { access_mode: 'READ_ONLY' })
const connection = await instance.connect()
console.log(
  `${(SECONDS / 1e6).toFixed(1)} M rows x 30 sensors, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`,
)
console.log(`open ${(performance.now() - opened).toFixed(0)} ms`)

const results: { query: string; first: number; fastest: number; slowest: number; cpu: number }[] = []
async function measure(query: string, turns: number, ask: (from: (length: number) => number) => Promise<unknown>) {
  const times: number[] = []
  const cpuTimes: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    const room = (length: number): number => Math.max(SECONDS * 1000 - length, 0)
    const begun = performance.now()
    const cpuBefore = process.cpuUsage()
    JSON.stringify(await ask((length) => START + Math.floor((room(length) * turn) / turns / 1000) * 1000))
    times.push(performance.now() - begun)
    const { user, system } = process.cpuUsage(cpuBefore)
    cpuTimes.push((user + system) / 1000)
  }
  const [first, ...rest] = times
  const result = { query, first, fastest: Math.min(...rest), slowest: Math.max(...rest), cpu: Math.min(...cpuTimes) }
  results.push(result)
  const cells = [result.first, result.fastest, result.slowest, result.cpu].map((ms) => ms.toFixed(0).padStart(6))
  console.log(`${query.padEnd(34)} first ${cells[0]} ms, then ${cells[1]} to ${cells[2]} ms, CPU ${cells[3]} ms`)
}

await measure('devices', TURNS, () => readDevices(connection))
for (const [name, length] of [
  ['day', 24 * HOUR],
  ['year', 365 * 24 * HOUR],
  ['month', 30 * 24 * HOUR],
  ['week', 7 * 24 * HOUR],
  ['23 hours', 23 * HOUR],
  ['6 hours', 6 * HOUR],
  ['hour', HOUR],
  ['10 minutes', HOUR / 6],
] as const) {
  if (length > SECONDS * 1000) continue
  await measure(`range, 8 sensors, 1400 px: ${name}`, TURNS, (from) =>
    readRange(connection, {
      device: DEVICE,
      sensors: CHARTED_SENSORS,
      from: from(length),
      to: from(length) + length,
      pixels: 1400,
    }),
  )
}
for (const [name, length, turns] of [
  ['hour', HOUR, TURNS],
  ['day', 24 * HOUR, TURNS],
  ['week', 7 * 24 * HOUR, 3],
  ['57 days', 57 * 24 * HOUR, 3],
  ['year', 365 * 24 * HOUR, 3],
] as const) {
  if (length > SECONDS * 1000) continue
  await measure(`statistics: ${name}`, turns, (from) =>
    readStatistics(connection, { device: DEVICE, from: from(length), to: from(length) + length, limits: LIMITS }),
  )
  await measure(`causes: ${name}`, turns, (from) =>
    readCauses(connection, { device: DEVICE, from: from(length), to: from(length) + length }),
  )
}
await measure('comparison of two hours', TURNS, (from) => {
  const a = { device: DEVICE, from: START, to: START + HOUR, limits: LIMITS }
  return readComparison(connection, { a, b: { ...a, from: from(HOUR), to: from(HOUR) + HOUR }, pixels: 1400 })
})
await measure('patterns: all', 3, () =>
  readPatterns(connection, { device: DEVICE, sensor: 'gpu_temperature', zone: 'Europe/Berlin' }),
)
console.log(`greatest memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`)
if (values.json !== undefined) {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
  await writeFile(values.json, `${JSON.stringify({ machine, days, results }, null, 2)}\n`)
}
