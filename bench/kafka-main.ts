import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { kafkaClient } from '../kafka/client.ts'
import { freePort } from '../tests/free-port.ts'
import { kafkaBroker } from '../tests/real/kafka.ts'
import { registryUrl, schemaRegistry } from '../tests/real/schema-registry.ts'
import { generatedLog } from './generated-log.ts'
import { type Measurement, measureInChild } from './measure.ts'

/**
 * `npm run bench:kafka -- [--json FILE] [--rows N]`: `gpumon produce` of a generated log into a real broker on this machine, beside kafkajs that sends the same
 * requests from memory. Exit code 1 when the bar is missed.
 */
const { values } = parseArgs({ options: { json: { type: 'string' }, rows: { type: 'string', default: '500000' } } })
const rows = Number(values.rows)
if (!Number.isSafeInteger(rows) || rows < 1) throw new Error(`--rows ${values.rows}: give a whole number of at least 1`)
const ROUNDS = 3
const BAR = 0.8

const log = await generatedLog(rows)
const folder = mkdtempSync(join(tmpdir(), 'gpumon-bench-kafka-'))
const ports = [await freePort(), await freePort()] as const
const registryPort = await freePort()
const servers = [kafkaBroker(join(folder, 'kafka'), ports), schemaRegistry(join(folder, 'registry'), registryPort)]
const bootstrap = `127.0.0.1:${ports[0]}`

async function removeTopics(): Promise<void> {
  const admin = kafkaClient(bootstrap).admin()
  await admin.connect()
  const topics = (await admin.listTopics()).filter((name) => !name.startsWith('_'))
  if (topics.length > 0) await admin.deleteTopics({ topics })
  await admin.disconnect()
}

const rate = ({ rows, seconds }: Measurement): number => rows / seconds
const results: Measurement[] = []
try {
  for (const server of servers) await server.start()
  // What is compared takes turns, and each side's fastest turn counts.
  for (let round = 0; round < ROUNDS; round++) {
    for (const step of ['kafkajs-ready-made', 'produce']) {
      await removeTopics()
      results.push(await measureInChild(step, [log, bootstrap, registryUrl(registryPort)]))
    }
  }
} finally {
  for (const server of servers) await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

const fastest = (step: string): number => Math.max(...results.filter((m) => m.step === step).map(rate))
const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
console.log(`${rows} rows x 30 columns, Node ${machine.node}, ${machine.cores} x ${machine.cpu}`)
for (const m of results) {
  const figures = [`${Math.round(rate(m))} rows/s`, `${m.cpuSeconds.toFixed(1)} CPU s`, `${m.maxRssMiB.toFixed(0)} MiB`]
  console.log(`${m.step.padEnd(20)} ${figures.map((figure) => figure.padStart(14)).join(' ')}`)
}
const ratio = fastest('produce') / fastest('kafkajs-ready-made')
console.log(`\nproduce against kafkajs with ready-made records: ${ratio.toFixed(2)} (bar: ${BAR})`)
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ machine, rows, results, ratio }, null, 2)}\n`)
if (ratio < BAR) process.exitCode = 1
