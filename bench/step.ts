import { createReadStream } from 'node:fs'
import { parseStatement, splitStatements } from '../engine/index.ts'
import { LogReader } from '../gpuz/log-reader.ts'
import { keepBatchesYoung } from '../jobs/heap.ts'
import { run } from '../jobs/run.ts'
import { productStatements } from '../jobs/statement-file.ts'
import { copyWithDuckDb, readWithDuckDb } from './duckdb.ts'
import { prepareReadyMade, produceLog } from './kafka-steps.ts'
import { prepareReadyOutputs, runKsqlServer } from './ksql-server-steps.ts'
import { measure } from './measure.ts'
import { prepareOperator } from './operators.ts'

/** Columns the statements of ksql/ read, about: what the fast path is asked for when not everything is wanted. */
const TWELVE = [
  'gpu_temperature',
  'hot_spot',
  'memory_temperature',
  'cpu_temperature',
  'board_power',
  'gpu_load',
  'fan_1_speed_rpm',
  'gpu_clock',
  'memory_clock',
  'memory_used',
  'gpu_voltage',
  'perf_cap_reason',
]

async function parse(path: string, fields?: ReadonlySet<string>): Promise<{ rows: number }> {
  const reader = new LogReader({ timezone: 'UTC', source: path, ...(fields === undefined ? {} : { fields }) })
  let rows = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    for (const batch of reader.push(chunk as Uint8Array)) rows += batch.count
  }
  for (const batch of reader.end()) rows += batch.count
  return { rows }
}

async function parseStatements(count: number): Promise<{ rows: number }> {
  const sources = (await productStatements()).flatMap(({ text }) => splitStatements(text))
  for (let i = 0; i < count; i++) parseStatement(sources[i % sources.length]!)
  return { rows: count }
}

async function job(path: string): Promise<{ rows: number; details: Record<string, number> }> {
  const result = await run({ logs: [path], timezone: 'UTC' })
  const alerts = Object.values(result.alerts).reduce((sum, count) => sum + count, 0)
  return { rows: result.rows, details: { alerts, episodes: result.episodes, ...result.windows } }
}

// as the program does
keepBatchesYoung()

/** Runs one step in this process: `node step.js STEP FILE|ROWS [DATABASE|BROKER [REGISTRY]]`. */
const [step = '', argument = '', target = '', registry = ''] = process.argv.slice(2)
const operator = step.startsWith('operator:') ? prepareOperator(step.slice('operator:'.length), Number(argument)) : null
const readyMade = step === 'kafkajs-ready-made' ? await prepareReadyMade(argument, target) : null
const readyOutputs = step === 'kafkajs-ready-outputs' ? await prepareReadyOutputs(target) : null
const steps: Record<string, () => Promise<{ rows: number; details?: Record<string, number> }>> = {
  duckdb: async () => ({ rows: await readWithDuckDb(argument, false) }),
  'duckdb-latin-1': async () => ({ rows: await readWithDuckDb(argument, true) }),
  'duckdb-copy': async () => ({ rows: await copyWithDuckDb(argument, target) }),
  'parse-30-columns': () => parse(argument),
  'parse-12-columns': () => parse(argument, new Set(TWELVE)),
  'parse-statements': () => parseStatements(Number(argument)),
  job: () => job(argument),
  produce: () => produceLog(argument, target, registry),
  'ksql-server': () => runKsqlServer(target, registry),
  ...(readyMade === null ? {} : { 'kafkajs-ready-made': readyMade }),
  ...(readyOutputs === null ? {} : { 'kafkajs-ready-outputs': readyOutputs }),
}
const work = operator === null ? steps[step] : async () => operator()
if (work === undefined) throw new Error(`no step ${step}; there are ${Object.keys(steps).join(', ')} and operator:NAME`)
process.stdout.write(JSON.stringify(await measure(step, work)))
