import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatType, KsqlEngine, type SqlValue, splitStatements } from '../../../engine/index.ts'
import { describeWithShared } from '../../shared.ts'

interface Exchange {
  readonly name: string
  readonly request: { readonly path: string; readonly body: unknown }
  readonly response: { readonly status: number; readonly body: unknown }
}

interface Answer {
  readonly names: readonly string[]
  /** the older endpoint tells columns as a schema */
  readonly types: readonly string[]
  readonly rows: readonly unknown[]
}

/** What a real server answered, from any of its three content types. */
function answerOf(body: unknown): Answer {
  const parts = typeof body === 'string' ? body.trim().split('\n').map(parse) : (body as unknown[])
  const [header, ...rows] = parts as [Record<string, unknown>, ...unknown[]]
  if ('columnNames' in header) {
    return { names: header['columnNames'] as string[], types: header['columnTypes'] as string[], rows }
  }
  const { schema } = header['header'] as { schema: string }
  const columns = schema.split(', ').map((column) => column.replaceAll('`', '').split(' '))
  return {
    names: columns.map(([name]) => name ?? ''),
    types: columns.map(([, type]) => type ?? ''),
    rows: rows.map((part) => (part as { row: { columns: unknown } }).row.columns),
  }
}

function parse(line: string): unknown {
  return JSON.parse(line)
}

function statementIn({ request: { body } }: Exchange): string {
  const { ksql, sql } = (typeof body === 'object' && body !== null ? body : {}) as { ksql?: string; sql?: string }
  return ksql ?? sql ?? ''
}

const asJson = (value: SqlValue) => (typeof value === 'bigint' ? Number(value) : value)

describeWithShared('pull queries that a real server answered', (shared) => {
  const path = join(shared, 'ksqldb', 'rest', 'transcripts.json')
  const exchanges = JSON.parse(readFileSync(path, 'utf8')) as Exchange[]
  const isPull = (e: Exchange) =>
    e.response.status === 200 && /^\s*SELECT\b/i.test(statementIn(e)) && !/\bEMIT\b/i.test(statementIn(e))

  /** What the server had done before: statements it accepted, as far as they define or insert something. */
  function engineAt(exchange: Exchange): KsqlEngine {
    const engine = new KsqlEngine()
    for (const earlier of exchanges.slice(0, exchanges.indexOf(exchange))) {
      if (earlier.request.path !== '/ksql' || earlier.response.status !== 200) continue
      for (const { text } of splitStatements(statementIn(earlier))) {
        if (/^(CREATE|INSERT|SET|DEFINE)\b/i.test(text.trim())) engine.execute(`${text};`)
      }
    }
    return engine
  }

  test('are among the transcripts', () => expect(exchanges.filter(isPull).length).toBeGreaterThanOrEqual(4))

  test.each(exchanges.filter(isPull).map((e) => [e.name, e] as const))('%s', (_, exchange) => {
    const { columns, rows } = engineAt(exchange).pull(statementIn(exchange))
    const answer = answerOf(exchange.response.body)
    expect(columns.map((c) => c.name)).toEqual(answer.names)
    expect(columns.map((c) => formatType(c.type))).toEqual(answer.types)
    expect(rows.map((row) => row.map(asJson))).toEqual(answer.rows)
  })
})
