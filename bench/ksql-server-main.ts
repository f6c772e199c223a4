import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '../tests/free-port.ts'
import { kafkaBroker } from '../tests/real/kafka.ts'
import { registryUrl, schemaRegistry } from '../tests/real/schema-registry.ts'
import { generatedLog } from './generated-log.ts'
import { produceLog } from './kafka-steps.ts'
import { removeOutputs } from './ksql-server-steps.ts'
import { type Measurement, measureInChild } from './measure.ts'

/**
 * `npm run bench:ksql-server -- [--json FILE] [--rows N]`: the product's statements on a real broker on this machine, beside kafkajs that takes the same readings and
 * sends what they give from memory.
 */
const { values } = parseArgs({ options: { json: { type: 'string' }, rows: { type: 'string', default: '200000' } } })
const rows = Number(values.rows)
if (!Number.isSafeInteger(rows) || rows < 1) throw new Error(`--rows ${values.rows}: give a whole number of at least 1`)
const ROUNDS = 3

const log = await generatedLog(rows)
const folder = mkdtempSync(join(tmpdir(), 'gpumon-bench-ksql-'))
const ports = [await freePort(), await freePort()] as const
const registryPort = await freePort()
const servers = [kafkaBroker(join(folder, 'kafka'), ports), schemaRegistry(join(folder, 'registry'), registryPort)]
const place = [`127.0.0.1:${ports[0]}`, registryUrl(registryPort)] as const

const rate = ({ rows, seconds }: Measurement): number => rows / seconds
const results: Measurement[] = []
try {
  for (const server of servers) await server.start()
  await produceLog(log, ...place)
  // What is compared takes turns, and each side's fastest turn counts. The yardstick sends what the turn before it has made.
  for (let round = 0; round < ROUNDS; round++) {
    await removeOutputs(place[0])
    for (const step of ['ksql-server', 'kafkajs-ready-outputs'])
      results.push(await measureInChild(step, ['', ...place]))
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
  console.log(`${m.step.padEnd(22)} ${figures.map((figure) => figure.padStart(14)).join(' ')}`)
}
const ratio = fastest('ksql-server') / fastest('kafkajs-ready-outputs')
console.log(`\nksql-server against kafkajs with ready-made outputs: ${ratio.toFixed(2)}`)
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ machine, rows, results, ratio }, null, 2)}\n`)
