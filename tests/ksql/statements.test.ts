import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dataColumns, formatType, KsqlEngine } from '../../engine/index.ts'
import { ksqlColumns } from '../../gpuz/reading-schema.ts'
import { productStatements } from '../../jobs/statement-file.ts'
import { describeWithShared } from '../shared.ts'

const files = await productStatements()
const textOf = (name: string): string => files.find((file) => file.name === `ksql/${name}`)?.text ?? ''

function executed(script = files.map((file) => file.text).join('\n')): KsqlEngine {
  const engine = new KsqlEngine()
  engine.execute(script)
  return engine
}

test('the stream of readings has the columns of the catalogue', () => {
  const fromCatalogue = executed(
    `CREATE STREAM gpu_readings (\n${ksqlColumns()}\n) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='AVRO', PARTITIONS=1);`,
  )
  const columns = (engine: KsqlEngine): string[] =>
    dataColumns(engine.source('GPU_READINGS')).map(({ name, type, role }) => `${name} ${formatType(type)} ${role}`)
  expect(columns(executed(textOf('01-readings.ksql')))).toEqual(columns(fromCatalogue))
})

test('a topic that is declared again as a stream has the columns that its query writes', () => {
  const engine = executed()
  const sources = engine.sources().map(({ name }) => engine.source(name))
  const again = sources.filter((s) => !s.derived && sources.some((other) => other.derived && other.topic === s.topic))
  expect(again.map((s) => s.name)).toEqual([
    'GPU_LATEST_READINGS',
    'GPU_HALF_MINUTES',
    'GPU_MINUTES',
    'GPU_TRAILING_HOURS',
    'GPU_LATEST_MINUTES',
  ])
  for (const stream of again) {
    const written = sources.find((s) => s.derived && s.topic === stream.topic)
    const columns = (source = stream): string[] =>
      dataColumns(source).map(({ name, type, role }) => `${name} ${formatType(type)} ${role}`)
    expect({ name: stream.name, columns: columns(), window: stream.window?.size }).toEqual({
      name: stream.name,
      columns: columns(written),
      window: written?.window?.size,
    })
    expect(stream.valueFormat.name).toBe(written?.valueFormat.name)
  }
})

test('every limit that can be set has a default, and every default can be set', () => {
  const settable = executed(textOf('02-limits.ksql'))
    .source('GPU_LIMITS')
    .columns.map((c) => c.name.toLowerCase())
  const withDefault = [...textOf('03-alerts.ksql').matchAll(/COALESCE\(l\.(\w+), \d+e0\) AS \1\b/g)].map(
    ([, name]) => name,
  )
  expect(['device', ...withDefault].sort()).toEqual([...settable].sort())
})

test('only a few sensors are read of the sixty that a log may have', () => {
  expect([...executed().neededColumns('GPU_READINGS')].sort()).toEqual([
    'BOARD_POWER',
    'CPU_TEMPERATURE',
    'DEVICE',
    'FAN_1_SPEED_PERCENT',
    'FAN_1_SPEED_RPM',
    'FAN_SPEED_PERCENT',
    'FAN_SPEED_RPM',
    'GPU_LOAD',
    'GPU_TEMPERATURE',
    'HOT_SPOT',
    'MEMORY_TEMPERATURE',
    'PERF_CAP_REASON',
    'TS',
  ])
})

describe('for a ksqlDB server', () => {
  const statements = files.flatMap(({ name, text }) => new KsqlEngine().parse(text).map((s) => ({ name, ...s })))

  test('every CREATE names its topic', () => {
    for (const { kind, text } of statements) {
      if (kind !== 'set') expect(text).toMatch(/WITH \(\s*KAFKA_TOPIC = 'gpu(\.[a-z0-9]+)+'/)
    }
  })

  test('every query says how it emits, and every window how long it waits', () => {
    for (const { kind, text } of statements) {
      if (kind !== 'create-as-select') continue
      expect(text).toMatch(/EMIT (CHANGES|FINAL)$/)
      if (/\bWINDOW (TUMBLING|HOPPING|SESSION)/.test(text)) expect(text).toContain('GRACE PERIOD')
      if (text.endsWith('EMIT FINAL')) expect(text).toContain('RETENTION 7 DAYS')
    }
  })

  test('no query explodes what it joins, or partitions windows anew: no ksqlDB has been seen to take that', () => {
    for (const { text } of statements) {
      expect(/EXPLODE/.test(text) && /\bJOIN\b/.test(text)).toBe(false)
      expect(text).not.toMatch(/PARTITION BY/)
    }
  })
})

describeWithShared('functions of ksql/', (shared) => {
  test('are functions that ksqlDB has', () => {
    const known = JSON.parse(readFileSync(join(shared, 'ksqldb/rest/functions.json'), 'utf8')) as { name: string }[]
    const names = new Set(known.map(({ name }) => name))
    const called = new Set(files.flatMap(({ text }) => callsOf(new KsqlEngine().parse(text))))
    expect(called.size).toBeGreaterThan(15)
    expect([...called].filter((name) => !names.has(name))).toEqual([])
  })
})

/** Names of all functions called anywhere below a node of the syntax tree. */
function callsOf(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  const below = Object.values(node).flatMap(callsOf)
  return 'kind' in node && node.kind === 'call' && 'name' in node ? [String(node.name).toUpperCase(), ...below] : below
}
