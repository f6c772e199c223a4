import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RawRecord } from '../../../engine/index.ts'
import { engineWith, rowsOf } from '../engine/harness.ts'
import { check } from '../engine/property.ts'

/** Random well-typed expressions over columns that may be NULL. */
type Kind = 'INT' | 'BIGINT' | 'DOUBLE' | 'DECIMAL' | 'VARCHAR' | 'BOOLEAN'

const KINDS: readonly Kind[] = ['INT', 'BIGINT', 'DOUBLE', 'DECIMAL', 'VARCHAR', 'BOOLEAN']
const COLUMNS: Readonly<Record<Kind, string>> = {
  INT: 'i',
  BIGINT: 'b',
  DOUBLE: 'd',
  DECIMAL: 'm',
  VARCHAR: 't',
  BOOLEAN: 'f',
}
const TYPES: Readonly<Record<Kind, string>> = {
  INT: 'INT',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  DECIMAL: 'DECIMAL(12, 2)',
  VARCHAR: 'VARCHAR',
  BOOLEAN: 'BOOLEAN',
}
const LITERALS: Readonly<Record<Kind, readonly string[]>> = {
  INT: ['0', '1', '(-7)', '2147483647'],
  BIGINT: ['(2147483648)', '(-9223372036854775807)'],
  DOUBLE: ['0.0E0', '1.5E0', '(-2.0E10)'],
  DECIMAL: ['0.00', '1.25', '(-99.90)'],
  VARCHAR: [`''`, `'12'`, `'abc'`, `'2020-01-01'`],
  BOOLEAN: ['TRUE', 'FALSE'],
}

const NUMBERS: readonly Kind[] = ['INT', 'BIGINT', 'DOUBLE', 'DECIMAL']

function leaf(kind: Kind): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(COLUMNS[kind]) },
    { weight: 1, arbitrary: fc.constantFrom(...LITERALS[kind]) },
    { weight: 1, arbitrary: fc.constantFrom(`a${COLUMNS[kind]}[1]`, `a${COLUMNS[kind]}[i]`, `a${COLUMNS[kind]}[-1]`) },
    { weight: 1, arbitrary: fc.constantFrom(`x${COLUMNS[kind]}['p']`, `x${COLUMNS[kind]}[t]`) },
  )
}

function expression(kind: Kind, depth: number): fc.Arbitrary<string> {
  if (depth === 0) return leaf(kind)
  const of = (k: Kind) => expression(k, depth - 1)
  const form = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
    fc.tuple(...parts.map((p) => (typeof p === 'string' ? fc.constant(p) : p))).map((texts) => texts.join(''))
  const forms: fc.Arbitrary<string>[] = [
    leaf(kind),
    form('CASE WHEN ', of('BOOLEAN'), ' THEN ', of(kind), ' ELSE ', of(kind), ' END'),
    form('CASE WHEN ', of('BOOLEAN'), ' THEN ', of(kind), ' END'),
    form('COALESCE(', of(kind), ', ', of(kind), ')'),
    form('IFNULL(', of(kind), ', ', of(kind), ')'),
    form(`TRANSFORM(ARRAY[`, of(kind), `, `, of(kind), `], z => z)[2]`),
    fc
      .constantFrom(...KINDS)
      .chain((from) =>
        form(
          'CAST(',
          of(from === kind || kind === 'BOOLEAN' || from === 'BOOLEAN' ? 'VARCHAR' : from),
          ` AS ${TYPES[kind]})`,
        ),
      ),
  ]
  const number = fc.constantFrom(...NUMBERS)
  switch (kind) {
    case 'INT':
    case 'BIGINT':
    case 'DOUBLE':
      forms.push(
        fc.constantFrom('+', '-', '*', '/', '%').chain((op) => form('(', of(kind), ` ${op} `, of(kind), ')')),
        form('(-', of(kind), ')'),
        form('ABS(', of(kind), ')'),
        form('GREATEST(', of(kind), ', ', of(kind), ')'),
      )
      if (kind === 'INT') forms.push(form('LEN(', of('VARCHAR'), ')'))
      if (kind === 'DOUBLE')
        forms.push(form('(', of('DOUBLE'), ' * ', of('BIGINT'), ')'), form('SQRT(', of('INT'), ')'))
      if (kind === 'BIGINT')
        forms.push(form('(', of('BIGINT'), ' + ', of('INT'), ')'), form('FLOOR(', of('BIGINT'), ')'))
      break
    case 'DECIMAL':
      forms.push(
        form('CAST((', of('DECIMAL'), ' + ', of('INT'), ') AS DECIMAL(12, 2))'),
        form('(-', of('DECIMAL'), ')'),
      )
      break
    case 'VARCHAR':
      forms.push(
        form('(', of('VARCHAR'), ' + ', of('VARCHAR'), ')'),
        form('UCASE(', of('VARCHAR'), ')'),
        form('SUBSTRING(', of('VARCHAR'), ', ', of('INT'), ')'),
        form('CONCAT(', of('VARCHAR'), `, '-', `, of('VARCHAR'), ')'),
      )
      break
    case 'BOOLEAN':
      forms.push(
        form('(', of('BOOLEAN'), ' AND ', of('BOOLEAN'), ')'),
        form('(', of('BOOLEAN'), ' OR ', of('BOOLEAN'), ')'),
        form('(NOT ', of('BOOLEAN'), ')'),
        number.chain((a) => number.chain((b) => form('(', of(a), ' >= ', of(b), ')'))),
        fc.constantFrom(...KINDS).chain((k) => form('(', of(k), ' = ', of(k), ')')),
        fc.constantFrom(...KINDS).chain((k) => form('(', of(k), ' IS NULL)')),
        fc.constantFrom(...KINDS).chain((k) => form('(', of(k), ' IS DISTINCT FROM ', of(k), ')')),
        number.chain((k) => form('(', of(k), ' BETWEEN ', of(k), ' AND ', of(k), ')')),
        fc.constantFrom(...KINDS).chain((k) => form('(', of(k), ' IN (', of(k), ', ', of(k), '))')),
        form('(', of('VARCHAR'), ` LIKE 'a%')`),
        form('(', of('VARCHAR'), ' LIKE ', of('VARCHAR'), ')'),
      )
      break
  }
  return fc.oneof(...forms)
}

const typed = fc.constantFrom(...KINDS).chain((kind) => expression(kind, 3).map((sql) => ({ kind, sql })))

const nullable = (value: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 2, arbitrary: value }, { weight: 1, arbitrary: fc.constant('null') })
const VALUES: Readonly<Record<Kind, fc.Arbitrary<string>>> = {
  INT: nullable(fc.integer({ min: -3, max: 3 }).map(String)),
  BIGINT: nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  DOUBLE: nullable(fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => JSON.stringify(v))),
  DECIMAL: nullable(fc.integer({ min: -9999, max: 9999 }).map((v) => (v / 100).toFixed(2))),
  VARCHAR: nullable(fc.constantFrom('"abc"', '""', '"12"', '"p"', '"A%"')),
  BOOLEAN: nullable(fc.constantFrom('true', 'false')),
}

const record: fc.Arbitrary<RawRecord> = fc
  .tuple(
    ...KINDS.flatMap((kind) => [
      VALUES[kind].map((v) => `"${COLUMNS[kind]}": ${v}`),
      fc.array(VALUES[kind], { maxLength: 2 }).map((v) => `"a${COLUMNS[kind]}": [${v.join(', ')}]`),
      fc.option(VALUES[kind], { nil: 'null' }).map((v) => `"x${COLUMNS[kind]}": {"p": ${v}}`),
    ]),
  )
  .map((parts) => ({ key: Buffer.from('k'), value: Buffer.from(`{${parts.join(', ')}}`), timestamp: 1, headers: [] }))

const DECLARED = KINDS.map((kind) => {
  const [c, type] = [COLUMNS[kind], TYPES[kind]]
  return `${c} ${type}, a${c} ARRAY<${type}>, x${c} MAP<VARCHAR, ${type}>`
}).join(', ')

function evaluate(expressions: readonly string[], records: readonly RawRecord[], where = ''): unknown[][] {
  const engine =
    engineWith(`CREATE STREAM s (k VARCHAR KEY, ${DECLARED}) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM r AS SELECT k, ${expressions.map((e, i) => `${e} AS r${i}`).join(', ')} FROM s ${where} EMIT CHANGES;`)
  const rows: unknown[][] = []
  engine.topic('R').subscribe((batch, source) => rows.push(...rowsOf(batch, source).map((r) => [...(r.value ?? [])])))
  engine.topic('s').append(records)
  expect(engine.errors.all().filter((e) => e.place.startsWith('topic'))).toEqual([])
  return rows
}

describe('any expression on any row', () => {
  test('has one value, wherever it stands and whatever rows are beside it', () => {
    check(
      fc.property(typed, fc.array(record, { minLength: 1, maxLength: 5 }), ({ kind, sql }, records) => {
        const everywhere = [
          sql,
          `ARRAY[${sql}][1]`,
          `STRUCT(x := ${sql})->x`,
          `CASE WHEN TRUE THEN ${sql} END`,
          `CASE WHEN FALSE THEN ${sql} ELSE ${sql} END`,
          `CAST(${sql} AS ${TYPES[kind]})`,
        ]
        const rows = evaluate(everywhere, records)
        for (const row of rows) expect(row).toEqual(row.map(() => row[0]))
        expect(records.flatMap((r) => evaluate([sql], [r]))).toEqual(rows.map((row) => [row[0]]))
      }),
      120,
    )
  })

  test('that is a condition keeps the rows on which it is true', () => {
    check(
      fc.property(expression('BOOLEAN', 3), fc.array(record, { minLength: 1, maxLength: 5 }), (sql, records) => {
        const truths = evaluate([sql, 'i'], records)
        const kept = evaluate([sql, 'i'], records, `WHERE ${sql}`)
        expect(kept).toEqual(truths.filter(([truth]) => truth === true))
      }),
      300,
    )
  })
})
