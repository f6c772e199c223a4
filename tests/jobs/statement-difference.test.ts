import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatExpression, formatTypeName, KsqlEngine, type Statement } from '../../engine/index.ts'
import { declareIn } from '../../jobs/declared-statements.ts'
import { packageRoot } from '../../jobs/package-root.ts'
import { differences } from '../../jobs/statement-difference.ts'
import { readSubmitFiles } from '../../jobs/submit-files.ts'
import type { ServerSource } from '../../ksql-rest/client/definitions.ts'
import { describeWithShared } from '../shared.ts'

type Creation = Extract<Statement, { kind: 'create-source' | 'create-as-select' }>

/** The last statement of a script against what a server prints of one. */
function compare(script: string, printed: string): string[] {
  const engine = new KsqlEngine()
  const declared = declareIn(engine, [{ name: 'a.ksql', text: script }])
  const { statement } = declared[declared.length - 1]
  return differences(statement as Creation, serverSource(engine, statement as Creation, printed), engine)
}

function serverSource(engine: KsqlEngine, { name, source: type }: Creation, statement: string): ServerSource {
  const { topic, keyFormat, valueFormat } = engine.source(name)
  const formats = { keyFormat: keyFormat.name, valueFormat: valueFormat.name }
  return { name, type, statement, topic, ...formats, readers: [], writers: [], groups: [] }
}

const STREAM =
  "CREATE STREAM s (id VARCHAR KEY, x DOUBLE, at BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);"
const AS_SELECT = `${STREAM} CREATE STREAM t WITH (KAFKA_TOPIC='t') AS SELECT id, x * 2e0 AS y FROM s WHERE x > 1.5;`
const PRINTED =
  "CREATE STREAM T WITH (CLEANUP_POLICY='delete', KAFKA_TOPIC='t', PARTITIONS=1, REPLICAS=1, RETENTION_MS=604800000) AS SELECT\n" +
  '  S.ID ID,\n  (S.X * 2E0) Y\nFROM S S\nWHERE (S.X > 1.5)\nEMIT CHANGES;'

describe('a declared stream', () => {
  test('is the same as what a server prints with its own defaults', () => {
    const printed =
      "CREATE STREAM S (ID STRING KEY, X DOUBLE, AT BIGINT) WITH (CLEANUP_POLICY='delete', KAFKA_TOPIC='s', KEY_FORMAT='KAFKA', PARTITIONS=1, VALUE_FORMAT='JSON');"
    expect(compare(STREAM, printed)).toEqual([])
    expect(compare(STREAM, STREAM)).toEqual([])
  })

  test.each([
    ["(ID STRING KEY, X DOUBLE) WITH (KAFKA_TOPIC='s', PARTITIONS=1)", ['column AT BIGINT is not there']],
    [
      "(ID STRING KEY, X INTEGER, AT BIGINT) WITH (KAFKA_TOPIC='s', PARTITIONS=1)",
      ['column X DOUBLE is not there', 'column X INTEGER is only there'],
    ],
    [
      '(ID STRING, X DOUBLE, AT BIGINT) WITH (PARTITIONS=1)',
      ['column ID STRING KEY is not there', 'column ID STRING is only there'],
    ],
    ['(ID STRING KEY, AT BIGINT, X DOUBLE) WITH (PARTITIONS=1)', ['the columns are in another order there']],
    ['(ID STRING KEY, X DOUBLE, AT BIGINT) WITH (PARTITIONS=4)', ['PARTITIONS: 4 there, 1 here']],
    ["(ID STRING KEY, X DOUBLE, AT BIGINT) WITH (PARTITIONS=1, TIMESTAMP='at')", ['TIMESTAMP: at there, nothing here']],
  ])('differs from %s', (rest, words) => {
    expect(compare(STREAM, `CREATE STREAM S ${rest};`)).toEqual(words)
  })

  test('differs from a stream that only reads its topic, from one that a SELECT makes, and from what cannot be read', () => {
    const columns = '(ID STRING KEY, X DOUBLE, AT BIGINT) WITH (PARTITIONS=1)'
    expect(compare(STREAM, `CREATE SOURCE STREAM S ${columns};`)).toEqual(['it is SOURCE there'])
    expect(compare(STREAM, 'CREATE STREAM S WITH (PARTITIONS=1) AS SELECT * FROM R;')).toEqual([
      'it is made by a SELECT there',
    ])
    expect(compare(STREAM, 'CREATE STREAM S OUT OF THIN AIR;')[0]).toContain('cannot be read here')
  })
})

describe('a stream of a SELECT', () => {
  test('is the same as what a server prints, with every name resolved', () => {
    expect(compare(AS_SELECT, PRINTED)).toEqual([])
  })

  test.each([
    ['1.5)', '1.6)', 'the SELECT: WHERE (S.X > 1.6) there, WHERE (S.X > 1.5) here'],
    ['(S.X * 2E0) Y', 'S.X Y', 'the SELECT: S.X Y there, (S.X * 2E0) Y here'],
    ['\nWHERE (S.X > 1.5)', '', 'the SELECT: EMIT CHANGES there, WHERE (S.X > 1.5) here'],
    ["KAFKA_TOPIC='t'", "KAFKA_TOPIC='t', TIMESTAMP='y'", 'TIMESTAMP: y there, nothing here'],
  ])('differs where %j is %j', (from, to, words) => {
    expect(compare(AS_SELECT, PRINTED.replace(from, to))).toEqual([words])
  })
})

test('of a long line that differs, the place is shown where it does', () => {
  const list = (last: string) =>
    Array.from({ length: 60 }, (_, i) => `x = ${i}e0`)
      .concat(last)
      .join(' OR ')
  const script = (last: string) => `${STREAM} CREATE STREAM t AS SELECT id FROM s WHERE ${list(last)};`
  const [words] = compare(script('x = 7.5'), script('x = 7.25').slice(STREAM.length))
  expect(words).toMatch(/^the SELECT: ….* \(S\.X = 7\.25\)\) there, ….* \(S\.X = 7\.5\)\) here$/)
  expect(words.length).toBeLessThan(250)
})

test("the product's own statements are the same when a server prints them", async () => {
  const { statements } = await readSubmitFiles(['ksql'], packageRoot())
  const engine = new KsqlEngine()
  const creations = declareIn(engine, statements).map(({ statement }) => statement as Creation)
  expect(creations.length).toBeGreaterThan(25)
  for (const statement of creations) {
    const printed = statement.kind === 'create-source' ? printedColumns(statement) : engine.printed(statement)
    expect(differences(statement, serverSource(engine, statement, `${printed};`), engine), statement.name).toEqual([])
  }
})

function printedColumns({ source, name, columns, properties }: Extract<Creation, { kind: 'create-source' }>): string {
  const roles = { value: '', key: ' KEY', 'primary-key': ' PRIMARY KEY', headers: ' HEADERS' }
  const list = columns.map((column) => `\`${column.name}\` ${formatTypeName(column.type)}${roles[column.role]}`)
  const settings = [...properties].map(([key, { value }]) => `${key}=${formatExpression(value)}`)
  return `CREATE ${source} ${name} (${list.join(', ')}) WITH (CLEANUP_POLICY='delete', ${settings.join(', ')})`
}

describeWithShared('what a real server printed', (shared) => {
  interface Exchange {
    readonly request: { readonly body: { readonly ksql?: string } | string | null }
    readonly response: { readonly body: unknown }
  }
  const exchanges = JSON.parse(readFileSync(join(shared, 'ksqldb/rest/transcripts.json'), 'utf8')) as Exchange[]

  test('of streams and tables is the same as what it was sent', () => {
    const engine = new KsqlEngine()
    let compared = 0
    for (const { request, response } of exchanges) {
      const sent = typeof request.body === 'object' ? request.body?.ksql : undefined
      const entities = Array.isArray(response.body)
        ? (response.body as { '@type'?: string; statementText: string }[])
        : []
      const printed = entities
        .filter((entity) => /^CREATE .* WITH/s.test(entity.statementText ?? ''))
        .filter((entity) => entity['@type'] === 'currentStatus')
      if (sent === undefined || printed.length === 0) continue
      const declared = declareIn(engine, [{ name: 'sent', text: sent }])
      for (const [i, { statement }] of declared.entries()) {
        const source = serverSource(engine, statement as Creation, printed[i].statementText)
        expect(differences(statement as Creation, source, engine)).toEqual([])
        compared++
      }
    }
    expect(compared).toBe(5)
  })
})
