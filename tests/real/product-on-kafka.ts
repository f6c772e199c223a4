import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { productStatements } from '../../jobs/statement-file.ts'
import { merge } from '../../ksql-kafka/merge.ts'
import { gpumon } from '../cli/gpumon.ts'
import type { scratchFolder } from '../jobs/scratch.ts'
import { actualOutputs, comparable, expectedOutputs } from './expected-outputs.ts'
import type { RealServers } from './global-setup.ts'
import { TOPIC } from './topic-contents.ts'
import { type CommittedRecord, committedRecords } from './topic-records.ts'

export const EARLIEST = { properties: { 'auto.offset.reset': 'earliest' } }

/** The files of ksql/, those of the cluster behind the others. */
export async function clusterStatements(): Promise<string[]> {
  const cluster = readFileSync(join(import.meta.dirname, '..', '..', 'ksql', 'cluster', '08-metrics.ksql'), 'utf8')
  return [...(await productStatements()).map(({ text }) => text), cluster]
}

/** Sends simulated logs, each of a device of its own. */
export async function produceLogs(
  { bootstrap, registry }: RealServers,
  scratch: ReturnType<typeof scratchFolder>,
  devices: number,
  rows: number,
): Promise<void> {
  const logs = await Promise.all(
    Array.from({ length: devices }, (_, i) => scratch.simulated(`card${i}-${rows}.txt`, rows, i + 1)),
  )
  const place = ['--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC']
  expect(await gpumon('produce', ...logs, ...place)).toMatchObject({ code: 0 })
}

/** The topics' records in the order in which they are to be processed, where all of them were there before. */
export async function recordsInOrder(
  bootstrap: string,
  topics: readonly string[],
  isTable: (topic: string) => boolean = () => false,
): Promise<CommittedRecord[]> {
  const records = [...(await committedRecords(bootstrap, topics)).values()].flat()
  const parts = new Map<string, CommittedRecord[]>()
  for (const record of records) {
    const name = `${record.topic}/${record.partition}`
    parts.set(name, [...(parts.get(name) ?? []), record])
  }
  const sequences = [...parts.values()].map((own) => {
    const [{ topic, partition }] = own
    return { topic, partition, from: 0, isBehind: false, at: (i: number) => own[i] }
  })
  const { runs } = merge(sequences, isTable, Number.POSITIVE_INFINITY)
  return runs.flatMap((run) => run.records as unknown as CommittedRecord[])
}

/** What the statements have written to Kafka must be what they give in memory: of streams all records in order, of tables the last of each key. */
export async function expectSameAsInMemory(
  servers: RealServers,
  statements: readonly string[],
  topics: readonly string[] = [TOPIC],
): Promise<void> {
  const expected = await expectedOutputs(servers, statements, await recordsInOrder(servers.bootstrap, topics))
  const actual = await actualOutputs(servers, expected, (topic) => !topic.startsWith('gpu.influx'))
  expect(expected.size).toBeGreaterThan(0)
  for (const [topic, outputs] of expected) {
    const found = actual.get(topic) ?? { isTable: outputs.isTable, outputs: [] }
    if (!outputs.isTable)
      expect({ topic, count: found.outputs.length }).toEqual({ topic, count: outputs.outputs.length })
    expect(comparable(found), topic).toEqual(comparable(outputs))
  }
}
