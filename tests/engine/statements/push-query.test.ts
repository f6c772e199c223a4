import { describe, expect, test } from 'vitest'
import { type Batch, KsqlEngine, KsqlError, readValue } from '../../../engine/index.ts'

const STREAM = `CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`

function record(k: string, v: number) {
  return { key: Buffer.from(k), value: Buffer.from(JSON.stringify({ v })), timestamp: v, headers: [] }
}

function collect(engine: KsqlEngine, sql: string) {
  const rows: unknown[][] = []
  const query = engine.select(sql, (batch: Batch, columns) => {
    for (let i = 0; i < batch.count; i++) {
      rows.push(columns.map((c, j) => readValue(batch.columns[j] ?? { data: [], nulls: null }, i, c.type)))
    }
  })
  return { rows, query }
}

describe('a push query', () => {
  test('gives rows as records arrive, until it is closed', () => {
    const engine = new KsqlEngine()
    engine.execute(STREAM)
    const { rows, query } = collect(engine, 'SELECT v * 2 AS twice, k FROM s WHERE v > 1 EMIT CHANGES;')
    engine.topic('t').append([record('a', 1), record('b', 2)])
    engine.topic('t').appendRecord(record('c', 3))
    query.close()
    engine.topic('t').appendRecord(record('d', 4))
    expect(query.columns.map((c) => c.name)).toEqual(['TWICE', 'K'])
    expect(rows).toEqual([
      [4, 'b'],
      [6, 'c'],
    ])
  })

  test('ends by itself at LIMIT', () => {
    const engine = new KsqlEngine()
    engine.execute(STREAM)
    const { rows } = collect(engine, 'SELECT v FROM s EMIT CHANGES LIMIT 2;')
    engine.topic('t').append([record('a', 1), record('b', 2), record('c', 3)])
    engine.topic('t').appendRecord(record('d', 4))
    expect(rows).toEqual([[1], [2]])
    expect(engine.queries()).toEqual([])
  })

  test('shows system columns under their own names, and the windows of rows by *', () => {
    const engine = new KsqlEngine()
    engine.execute(
      `${STREAM} CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k;`,
    )
    const windows = collect(engine, 'SELECT * FROM w EMIT CHANGES;')
    const times = collect(engine, 'SELECT ROWTIME, v FROM s EMIT CHANGES;')
    engine.topic('t').append([record('a', 1), record('a', 1500)])
    expect(windows.query.columns.map((c) => c.name)).toEqual(['K', 'WINDOWSTART', 'WINDOWEND', 'N'])
    expect(windows.rows).toEqual([
      ['a', 0n, 1000n, 1n],
      ['a', 1000n, 2000n, 1n],
    ])
    expect(times.rows).toEqual([
      [1n, 1],
      [1500n, 1500],
    ])
  })

  test('refuses what is no push query, with a place and a fix', () => {
    const engine = new KsqlEngine()
    engine.execute(STREAM)
    const refusal = (sql: string) => {
      try {
        engine.select(sql, () => {})
      } catch (error) {
        return error instanceof KsqlError ? { line: error.line, fix: error.fix !== undefined } : error
      }
      return 'accepted'
    }
    expect(refusal('SELECT v FROM s;')).toEqual({ line: 1, fix: true })
    expect(refusal(`SET 'a'='b';`)).toEqual({ line: 1, fix: true })
  })
})
