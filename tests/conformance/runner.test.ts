import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SchemaRegistry } from '../../engine/formats/format.ts'
import { type JsonNode, parseLossless } from '../../engine/formats/json-parse.ts'
import { MemorySchemaRegistry } from '../../engine/formats/registry.ts'
import { Decimal } from '../../engine/types/decimal.ts'
import { BIGINT, BYTES, DOUBLE, INTEGER, type SqlType, STRING } from '../../engine/types/sql-type.ts'
import { describeWithShared } from '../shared.ts'
import { type Actual, decode } from './actual.ts'
import { matches } from './compare.ts'
import type { ConformanceEngine, EngineFactory, RawRecord } from './contract.ts'
import { expand, loadTiers } from './expand.ts'
import { encode } from './feed.ts'
import { loadFolder, stripComments } from './load.ts'
import { runCase } from './run-case.ts'
import { regressions } from './score.ts'
import type { Side } from './sides.ts'

const json = (text: string) => parseLossless(text)

function side(format: string, type?: SqlType, registry: SchemaRegistry = new MemorySchemaRegistry()): Side {
  return { format, columns: type === undefined ? [] : [{ name: 'C', type }], subject: 't-value', registry }
}

const throughBytes = (text: string, at: Side, exact = true) => decode(encode(json(text), at), at, exact)

describe('comparison', () => {
  const whole = (value: bigint, bits: 32 | 64 | 0 = 32): Actual => ({ whole: value, bits })
  test.each<[string, Actual, boolean]>([
    ['null', null, true],
    ['null', false, false],
    ['1.7', whole(1n), true],
    ['1', whole(1n, 0), false],
    ['2147483648', whole(2_147_483_648n, 64), true],
    ['0.1', 0.1000001, true],
    ['0.1', 0.11, false],
    ['1.50', Decimal.parse('1.50'), true],
    ['1.5', Decimal.parse('1.50'), false],
    ['10', Decimal.parse('10.0'), false],
    ['1E1', Decimal.parse('1E1'), true],
    ['"1.50"', Decimal.parse('1.50'), true],
    ['"x"', Decimal.parse('1'), false],
    ['"AQ=="', Uint8Array.of(1), true],
    ['{"a":1}', new Map([['A', whole(1n)]]), true],
    ['{"A":1}', new Map([['a', whole(1n)]]), false],
    [
      '{"a":1}',
      new Map<string, Actual>([
        ['A', whole(1n)],
        ['B', null],
      ]),
      false,
    ],
    ['[1,null]', [whole(1n), null], true],
    ['[1]', [whole(1n), null], false],
  ])('%s against %o', (expected, actual, equal) => {
    expect(matches(json(expected), actual)).toBe(equal)
  })
})

describe('bytes of a case’s JSON', () => {
  test('JSON is what stands there: 1 and 1.0 differ, unless numbers need not be exact', () => {
    expect(matches(json('1.0'), throughBytes('1.0', side('JSON')))).toBe(true)
    expect(matches(json('1'), throughBytes('1.0', side('JSON')))).toBe(false)
    expect(matches(json('1'), throughBytes('1.0', side('JSON'), false))).toBe(true)
  })

  test.each<[SqlType, string, boolean]>([
    [INTEGER, '5', true],
    [BIGINT, '9007199254740993', true],
    [STRING, '"a"', true],
    [DOUBLE, '1.0', true],
    [DOUBLE, '1', false],
    [BYTES, '"YQ=="', true],
  ])('KAFKA %o %s', (type, text, equal) => {
    expect(matches(json(text), throughBytes(text, side('KAFKA', type)))).toBe(equal)
  })

  test('AVRO follows the registered schema: names in any case, unknown ones left out, defaults filled in', () => {
    const registry = new MemorySchemaRegistry()
    const fields = [
      { name: 'c1', type: 'int' },
      { name: 'c2', type: ['null', 'string'], default: null },
      { name: 'c3', type: 'long', default: 7 },
      { name: 'm', type: { type: 'map', values: { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 } } },
    ]
    registry.register('t-value', JSON.stringify({ type: 'record', name: 'r', fields }), 'AVRO')
    const actual = throughBytes('{"C1":"4","m":{"x":1.5},"unknown":1}', side('AVRO', undefined, registry))
    expect(matches(json('{"c1":4,"c2":null,"c3":7,"m":{"x":1.50}}'), actual)).toBe(true)
  })

  test('DELIMITED is raw text', () => {
    expect(throughBytes('"1,2"', side('DELIMITED'))).toBe('1,2')
  })
})

test('comments go, but not from strings', () => {
  expect(stripComments('{"a": "// no /* no */", /* yes */ "b": 1 // yes\n}').replaceAll(/\s/g, '')).toBe(
    '{"a":"//no/*no*/","b":1}',
  )
})

describe('a case', () => {
  const record = (value: string): RawRecord => ({ key: null, value: Buffer.from(value), timestamp: 5, headers: [] })

  /** An engine that copies INPUT to OUTPUT and refuses whatever the test wants refused. */
  const copying =
    (failAt = -1, error: Error = new Error('no')): EngineFactory =>
    () => {
      let executed = 0
      const engine: ConformanceEngine = {
        createTopic: () => {},
        parse: (text) => text.split('\n').map((kind) => ({ kind })),
        executeStatement: () => {
          if (executed++ === failAt) throw error
        },
        queries: () => [{ id: 'q', sourceTopics: ['in'], sinkTopic: 'OUT', pipe: (_, records) => records }],
        topic: () => ({ records: () => [] }),
        sources: () => [],
        topics: () => [{ name: 'in', partitions: 1, replicas: 1 }],
      }
      return engine
    }
  const base = { name: 'n', fullName: 'f - n', file: 'f', tier: 1, properties: {}, statements: ['A;', 'B;'] }
  const inputs = [{ topic: 'in', value: json('{"A":1}'), timestamp: json('5') }]

  test('passes when everything is as it says', () => {
    const outputs = [{ topic: 'OUT', value: json('{"a":1}'), timestamp: json('5') }]
    expect(runCase({ ...base, inputs, outputs }, copying())).toMatchObject({ status: 'passed', reason: '' })
  })

  test.each<[string, object]>([
    ['has value', { value: json('{"A":2}') }],
    ['has timestamp', { value: json('{"A":1}'), timestamp: json('6') }],
    ['has no window', { value: json('{"A":1}'), window: { start: json('0'), end: json('1'), type: 'time' } }],
    ['has headers', { value: json('{"A":1}'), headers: [{ KEY: 'k', VALUE: null }] }],
    ['has key', { value: json('{"A":1}'), key: 'k' as JsonNode }],
  ])('%s other than expected: it fails', (reason, output) => {
    const outputs = [{ topic: 'OUT', ...(output as { value: JsonNode }) }]
    const result = runCase({ ...base, inputs, outputs }, copying())
    expect(result.status).toBe('failed')
    expect(result.reason).toContain(reason)
  })

  test('fails with one record too many or too few', () => {
    expect(runCase({ ...base, inputs, outputs: [] }, copying()).status).toBe('passed')
    const twice = [...inputs, ...inputs]
    const outputs = [{ topic: 'OUT', value: json('{"A":1}') }]
    expect(runCase({ ...base, inputs: twice, outputs }, copying()).reason).toContain('2 records, expected 1')
    expect(runCase({ ...base, inputs: [], outputs }, copying()).reason).toContain('is missing')
  })

  test('exceptions are judged in three levels', async () => {
    const { KsqlError } = await import('../../engine/errors.ts')
    const expectedException = { type: 'io.confluent.ksql.util.KsqlStatementException', message: 'bad thing' }
    const judge = (factory: EngineFactory) => runCase({ ...base, expectedException }, factory)
    expect(judge(copying())).toMatchObject({ status: 'failed', level: 0 })
    expect(judge(copying(0, new KsqlError('semantic', 'a bad thing')))).toMatchObject({ status: 'failed', level: 0 })
    expect(judge(copying(1, new KsqlError('syntax', 'a bad thing')))).toMatchObject({ status: 'failed', level: 1 })
    expect(judge(copying(1, new KsqlError('semantic', 'other')))).toMatchObject({ status: 'failed', level: 2 })
    expect(judge(copying(1, new KsqlError('semantic', 'a bad thing')))).toMatchObject({ status: 'passed', level: 3 })
    expect(judge(copying(1, new KsqlError('semantic', 'X is not supported yet')))).toMatchObject({ status: 'refused' })
  })

  test('that passed and does not any more is a regression; one that was not run is not', () => {
    const lost = { ...base, name: 'f - n', kind: 'output', status: 'failed', reason: '' } as const
    expect(regressions({ passed: { '1': ['f - n', 'g - m'] } }, [lost])).toEqual([lost])
    expect(record('x').timestamp).toBe(5)
  })
})

describeWithShared('the shared cases', (shared) => {
  const dir = join(shared, 'ksqldb', 'qtt')
  const tiers = loadTiers(join(shared, 'ksqldb', 'qtt-cases.csv'))
  const cases = loadFolder(dir).flatMap((file) => expand(file, tiers))

  test('are 1,637 runs with names of their own, and every one has a tier', () => {
    expect(cases).toHaveLength(1637)
    expect(new Set(cases.map((c) => c.fullName)).size).toBe(1637)
    expect(cases.filter((c) => c.tier === null)).toEqual([])
  })

  test('every expected value equals itself once written as JSON and read back', () => {
    for (const { outputs = [], fullName } of cases) {
      for (const { value } of outputs) {
        if (typeof value === 'object' && value !== null) {
          expect(matches(value, decode(encode(value, side('JSON')), side('JSON'), true)), fullName).toBe(true)
        }
      }
    }
  })
})
