import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '../tests/free-port.ts'
import { makeBroker } from '../tests/real/kafka.ts'
import { registryUrl, schemaRegistry } from '../tests/real/schema-registry.ts'
import { generatedLog } from './generated-log.ts'
import { type Measurement, measureInChild } from './measure.ts'

/** Broker and registry of a benchmark. */
export interface Cluster {
  readonly bootstrap: string
  readonly registry: string
}

/** Two steps (step.ts) that are compared on a real broker on this machine. */
export interface Comparison {
  /** unless `--rows` says so */
  readonly rows: number
  readonly ours: string
  readonly yardstick: string
  /** of the two in a round */
  readonly order: readonly string[]
  /** in words, for the last line */
  readonly title: string
  readonly prepare?: (cluster: Cluster, log: string) => Promise<unknown>
  /** before each turn of a step */
  readonly clear: (cluster: Cluster, step: string) => Promise<void>
}

/** Odd, so that one is the median. */
const ROUNDS = 5

/**
 * Runs both steps on a generated log in turns, and prints what they took: `[--json FILE] [--rows N]`. One round before those that count warms the broker, which
 * is much slower at first. Other work on the machine comes and goes, so the two turns of a round are compared, which are near in time.
 * @returns rows a second of ours for one of the yardstick's, the median of the rounds
 */
export async function compareOnCluster(comparison: Comparison): Promise<number> {
  const { ours, yardstick, order, title, prepare = async () => {}, clear } = comparison
  const rowsOption = { type: 'string', default: String(comparison.rows) } as const
  const { values } = parseArgs({ options: { json: { type: 'string' }, rows: rowsOption } })
  const rows = Number(values.rows)
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw new Error(`--rows ${values.rows}: give a whole number of at least 1`)
  const log = await generatedLog(rows)
  const results = await onCluster(async (cluster) => {
    const measured: Measurement[] = []
    await prepare(cluster, log)
    for (let round = 0; round <= ROUNDS; round++) {
      for (const step of order) {
        await clear(cluster, step)
        const measurement = await measureInChild(step, [log, cluster.bootstrap, cluster.registry])
        if (round > 0) measured.push(measurement)
      }
    }
    return measured
  })

  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
  console.log(`${rows} rows x 30 columns, Node ${machine.node}, ${machine.cores} x ${machine.cpu}`)
  for (const m of results) {
    const figures = [
      `${Math.round(rate(m))} rows/s`,
      `${m.cpuSeconds.toFixed(1)} CPU s`,
      `${m.maxRssMiB.toFixed(0)} MiB`,
    ]
    console.log(`${m.step.padEnd(22)} ${figures.map((figure) => figure.padStart(14)).join(' ')}`)
  }
  const rates = (step: string): number[] => results.filter((m) => m.step === step).map(rate)
  const beside = rates(yardstick)
  const ratios = rates(ours)
    .map((rate, round) => rate / beside[round])
    .sort((a, b) => a - b)
  const ratio = ratios[(ROUNDS - 1) / 2]
  console.log(`\n${title}: ${ratio.toFixed(2)}, the median of ${ratios.map((r) => r.toFixed(2)).join(', ')}`)
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ machine, rows, results, ratios, ratio }, null, 2)}\n`)
  return ratio
}

async function onCluster<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'gpumon-bench-kafka-'))
  const ports = [await freePort(), await freePort()] as const
  const registryPort = await freePort()
  const servers = await Promise.all([
    makeBroker(join(folder, 'kafka'), ports),
    schemaRegistry(join(folder, 'registry'), registryPort),
  ])
  try {
    for (const server of servers) await server.start()
    return await work({ bootstrap: `127.0.0.1:${ports[0]}`, registry: registryUrl(registryPort) })
  } finally {
    for (const server of servers) await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function rate({ rows, seconds }: Measurement): number {
  return rows / seconds
}
