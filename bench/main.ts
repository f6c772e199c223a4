import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { generatedLog } from './generated-log.ts'
import { type Measurement, measureInChild } from './measure.ts'
import { OPERATORS } from './operators.ts'

/**
 * `npm run bench -- [--json FILE] [--rows N] [--operator-rows N]`: a generated log through the parser, through the whole job, and through
 * each operator alone, beside DuckDB's CSV reader on the same file in the same run; and the statements of ksql/ through the parser of SQL. Figures are ratios first:
 * machines differ.
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
const ROUNDS = 3

function line(m: Measurement, yardstick: Measurement | null): string {
  const ratio = yardstick === null ? '' : `${(rate(m) / rate(yardstick)).toFixed(2)} x DuckDB`
  const columns = [
    m.step.padEnd(28),
    `${(m.rows / 1e6).toFixed(m.rows < 1e6 ? 1 : 0)} M rows`.padStart(9),
    `${(rate(m) / 1e6).toFixed(2)} M rows/s`.padStart(16),
    `${m.cpuSeconds.toFixed(1)} CPU s`.padStart(12),
    `${m.maxRssMiB.toFixed(0)} MiB`.padStart(10),
    ratio.padStart(16),
  ]
  return columns.join(' ')
}

const log = await generatedLog(rows)
const smallLog = await generatedLog(few)
const results: Measurement[] = []
const step = async (name: string, argument: string): Promise<Measurement> => {
  const measured = await measureInChild(name, [argument])
  results.push(measured)
  return measured
}
const rate = (m: Measurement): number => m.rows / m.seconds
const fastest = (measured: readonly Measurement[]): Measurement =>
  measured.reduce((a, b) => (rate(a) < rate(b) ? b : a))
const turns = (measured: readonly Measurement[]): number[] => measured.map((m) => m.maxRssMiB)

console.log(
  `${rows} rows x 30 columns, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`,
)
// Other work on the machine slows whatever runs just then, so what is compared takes turns and each side's fastest turn counts.
const runs = {
  plain: [] as Measurement[],
  latin1: [] as Measurement[],
  parse30: [] as Measurement[],
  parse12: [] as Measurement[],
  job: [] as Measurement[],
  smallJob: [] as Measurement[],
}
for (let round = 0; round < ROUNDS; round++) {
  runs.plain.push(await step('duckdb', log))
  runs.job.push(await step('job', log))
  runs.latin1.push(await step('duckdb-latin-1', log))
  runs.parse30.push(await step('parse-30-columns', log))
  runs.parse12.push(await step('parse-12-columns', log))
  runs.smallJob.push(await step('job', smallLog))
}
// the faster of DuckDB's two ways is the yardstick: the file is Latin-1, but only in its first line
const yardstick = fastest([...runs.plain, ...runs.latin1])
for (const measured of Object.values(runs)) console.log(line(fastest(measured), yardstick))
for (const name of Object.keys(OPERATORS))
  console.log(line(await step(`operator:${name}`, String(values['operator-rows'])), null))

// a fiftieth: a statement is parsed once, a row goes through every operator
console.log(line(await step('parse-statements', String(Number(values['operator-rows']) / 50)), null))

const job = fastest(runs.job)
const ratio = rate(job) / rate(yardstick)
// the turn that took most against the one that took least
const memory = Math.max(...turns(runs.job)) / Math.min(...turns(runs.smallJob))
console.log(`\nalerts in the log: ${((job.details?.alerts ?? 0) / rows).toFixed(2)} a row`)
console.log(`the whole job against DuckDB reading the file: ${ratio.toFixed(2)} (bar: 2)`)
const mib = (measured: readonly Measurement[]): string =>
  turns(measured)
    .map((m) => m.toFixed(0))
    .join(', ')
console.log(
  `memory at ${rows} rows against ${few}, worst turn against best: ${memory.toFixed(2)} (bar: 1.2); MiB by turn: ${mib(runs.job)} against ${mib(runs.smallJob)}`,
)
if (values.json !== undefined) {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
  await writeFile(
    values.json,
    `${JSON.stringify({ machine, rows, results, jobToDuckDb: ratio, memoryRatio: memory }, null, 2)}\n`,
  )
}
