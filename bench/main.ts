import { mkdir, stat, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeLog } from '../gpuz/simulator/write-log.ts'
import { type Measurement, measureInChild } from './measure.ts'
import { OPERATORS } from './operators.ts'

/**
 * `npm run bench -- [--json FILE] [--rows N] [--operator-rows N]`: a generated log through the parser, through the whole job, and through
 * each operator alone, beside DuckDB's CSV reader on the same file in the same run. Figures are ratios first: machines differ.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rows: { type: 'string', default: '5000000' },
    'operator-rows': { type: 'string', default: '5000000' },
  },
})
const rows = Number(values.rows)
const few = Math.max(Math.round(rows / 5), 1)

async function generatedLog(count: number): Promise<string> {
  const folder = join(tmpdir(), 'gpu-monitoring-dashboard-bench')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `simulated-${count}.txt`)
  const known = await stat(path).catch(() => null)
  if (known === null) {
    console.error(`writing ${path}`)
    await writeLog(path, count, { seed: 1, start: Date.UTC(2024, 0, 1), timezone: 'UTC' })
  }
  return path
}

function line(m: Measurement, yardstick: Measurement | null): string {
  const rate = m.rows / m.seconds
  const ratio = yardstick === null ? '' : `${(rate / (yardstick.rows / yardstick.seconds)).toFixed(2)} x DuckDB`
  const columns = [
    m.step.padEnd(28),
    `${(rate / 1e6).toFixed(2)} M rows/s`.padStart(16),
    `${m.cpuSeconds.toFixed(1)} CPU s`.padStart(12),
    `${m.maxRssMiB.toFixed(0)} MiB`.padStart(10),
    ratio.padStart(16),
  ]
  return columns.join(' ')
}

const log = await generatedLog(rows)
const smallLog = await generatedLog(few)
const results: Measurement[] = []
const step = async (name: string, argument: string, yardstick: Measurement | null): Promise<Measurement> => {
  const measured = await measureInChild(name, [argument])
  results.push(measured)
  console.log(line(measured, yardstick))
  return measured
}

console.log(
  `${rows} rows x 30 columns, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`,
)
// the faster of DuckDB's two ways is the yardstick: the file is Latin-1, but only in its first line
const plain = await step('duckdb', log, null)
const latin1 = await step('duckdb-latin-1', log, null)
const yardstick = plain.rows / plain.seconds > latin1.rows / latin1.seconds ? plain : latin1
await step('parse-30-columns', log, yardstick)
await step('parse-12-columns', log, yardstick)
const job = await step('job', log, yardstick)
const smallJob = await step('job', smallLog, yardstick)
for (const name of Object.keys(OPERATORS)) await step(`operator:${name}`, String(values['operator-rows']), null)

const ratio = job.rows / job.seconds / (yardstick.rows / yardstick.seconds)
const memory = job.maxRssMiB / smallJob.maxRssMiB
console.log(`\nthe whole job against DuckDB reading the file: ${ratio.toFixed(2)} (bar: 2)`)
console.log(`memory at ${rows} rows against ${few}: ${memory.toFixed(2)} (bar: 1.2)`)
if (values.json !== undefined) {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
  await writeFile(
    values.json,
    `${JSON.stringify({ machine, rows, results, jobToDuckDb: ratio, memoryRatio: memory }, null, 2)}\n`,
  )
}
