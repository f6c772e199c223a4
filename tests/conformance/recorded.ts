import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JsonNode, parseLossless } from '../../engine/formats/json-parse.ts'
import { splitStatements } from '../../engine/syntax/index.ts'
import { formatType } from '../../engine/types/sql-type.ts'
import { type Actual, show } from './actual.ts'
import type { RecordSpec } from './case.ts'
import { matches } from './compare.ts'
import type { EngineFactory, RawRecord, SourceInfo } from './contract.ts'
import { jsonText } from './feed.ts'
import { Harness } from './harness.ts'
import { toNumber } from './topics.ts'

/** Statements a real ksqlDB answered: NAME.sql, NAME.input.json and NAME.output.json (recorded/README.md). */
export interface Recording {
  readonly name: string
  readonly sql: string
  readonly inputs: readonly RecordSpec[]
  readonly output: {
    readonly queries: readonly { readonly id: string; readonly sink: string; readonly schema: string }[]
    readonly records: { readonly [topic: string]: readonly RecordedRecord[] }
  }
}

interface RecordedRecord {
  /** as Java prints it; null: not recorded */
  readonly key: string | null
  readonly ts: JsonNode
  /** null fields are left out */
  readonly value: JsonNode
}

export function loadRecorded(dir: string): Recording[] {
  const read = (name: string) => readFileSync(join(dir, name), 'utf8')
  return readdirSync(dir)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.sql'.length)
      const { inputs } = parseLossless(read(`${name}.input.json`)) as unknown as { inputs: RecordSpec[] }
      const output = parseLossless(read(`${name}.output.json`)) as unknown as Recording['output']
      return { name, sql: read(file), inputs, output }
    })
}

/** All that differs from the recording: query ids, schemas, and the records of every topic a query writes. */
export function runRecorded(recording: Recording, createEngine: EngineFactory): string[] {
  const statements = splitStatements(recording.sql).map(({ text }) => `${text};`)
  const harness = new Harness({ statements, properties: {}, inputs: recording.inputs }, createEngine)
  const { error } = harness.run()
  if (error !== null) return [error instanceof Error ? `${error.message}\n${error.stack}` : String(error)]
  const queries = harness.engine.queries()
  const ids = queries.map(({ id }) => id).join()
  const wanted = recording.output.queries.map(({ id }) => id).join()
  const differences = ids === wanted ? [] : [`queries are ${ids}, recorded ${wanted}`]
  for (const { sink, schema } of recording.output.queries) {
    const source = harness.engine.sources().find(({ name }) => `\`${name}\`` === sink)
    const actual = source === undefined ? 'missing' : schemaText(source)
    if (actual !== schema) differences.push(`${sink} is ${actual}, recorded ${schema}`)
  }
  for (const topic of new Set(queries.map(({ sinkTopic }) => sinkTopic))) {
    differences.push(...topicDifferences(topic, recording.output.records[topic] ?? [], harness))
  }
  return differences
}

function schemaText(source: SourceInfo): string {
  return source.columns
    .map(({ name, type, role }) => `\`${name}\` ${formatType(type)}${role === 'key' ? ' KEY' : ''}`)
    .join(', ')
}

function topicDifferences(topic: string, recorded: readonly RecordedRecord[], harness: Harness): string[] {
  const records = harness.records(topic)
  const differences =
    records.length === recorded.length ? [] : [`${topic}: ${records.length} records, recorded ${recorded.length}`]
  for (const [i, expected] of recorded.entries()) {
    const record = records[i]
    if (record === undefined) break
    const { key, value } = harness.decode(topic, record, true)
    const keyText = javaKey(key, record)
    const same =
      (expected.key === null || expected.key === keyText) &&
      toNumber(expected.ts) === record.timestamp &&
      matches(expected.value, withoutNulls(value))
    if (!same) {
      differences.push(
        `${topic} ${i + 1}: ${keyText} @ ${record.timestamp} ${show(value)}\n      recorded ${jsonText(expected as never)}`,
      )
    }
  }
  return differences
}

/** A key as Java prints it: `gpu 1`, `{DEVICE=gpu 1, RULE=hot}`, and windowed `[gpu 1@1000/2000]`. */
function javaKey(key: Actual, record: RawRecord): string {
  const text =
    key instanceof Map
      ? `{${[...(key as ReadonlyMap<string, Actual>)].map(([name, value]) => `${name}=${scalarText(value)}`).join(', ')}}`
      : scalarText(key)
  const { window } = record
  return window === undefined ? text : `[${text}@${window.start}/${window.end}]`
}

function scalarText(value: Actual): string {
  return typeof value === 'string' ? value : show(value)
}

function withoutNulls(value: Actual): Actual {
  if (value instanceof Map) {
    return new Map(
      [...(value as ReadonlyMap<string, Actual>)]
        .filter(([, item]) => item !== null)
        .map(([name, item]) => [name, withoutNulls(item)]),
    )
  }
  return Array.isArray(value) ? (value as readonly Actual[]).map(withoutNulls) : value
}
