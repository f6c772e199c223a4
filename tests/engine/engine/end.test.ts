import { expect, test } from 'vitest'
import { KsqlEngine } from '../../../engine/index.ts'

const record = (v: number, timestamp: number) => ({
  key: Buffer.from('k'),
  value: Buffer.from(JSON.stringify({ v })),
  timestamp,
  headers: [],
})

function counts(window: string, more = '') {
  const engine = new KsqlEngine()
  engine.execute(`CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE c WITH (KAFKA_TOPIC='c') AS SELECT k, SUM(v) AS total FROM s WINDOW ${window} GROUP BY k ${more} EMIT FINAL;`)
  const out: string[] = []
  engine.topic('c').subscribe((batch) => {
    for (let i = 0; i < batch.count; i++)
      out.push(`${batch.windowStart?.[i]}-${batch.windowEnd?.[i]} ${batch.columns[1]?.data[i]} at ${batch.rowtime[i]}`)
  })
  return { engine, out }
}

test('the end of the input gives the final results of windows that are still open, once', () => {
  const { engine, out } = counts('TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS)')
  engine.topic('t').append([record(1, 1_000), record(2, 9_000), record(4, 12_000)])
  expect(out).toEqual([])
  engine.end()
  engine.end()
  expect(out).toEqual(['0-10000 3 at 9000', '10000-20000 4 at 12000'])
})

test('open sessions and HAVING take part in the end of the input', () => {
  const sessions = counts('SESSION (10 SECONDS, GRACE PERIOD 5 SECONDS)')
  sessions.engine.topic('t').append([record(1, 1_000), record(2, 9_000)])
  sessions.engine.end()
  expect(sessions.out).toEqual(['1000-9000 3 at 9000'])

  const { engine, out } = counts('TUMBLING (SIZE 10 SECONDS)', 'HAVING SUM(v) > 3')
  engine.topic('t').append([record(1, 1_000), record(4, 12_000)])
  engine.end()
  expect(out).toEqual(['10000-20000 4 at 12000'])
})

test('what comes after the end is late', () => {
  const { engine, out } = counts('TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS)')
  engine.end()
  engine.topic('t').append([record(1, 1_000)])
  expect(out).toEqual([])
  expect(engine.queries()[0]?.lateRows).toBe(1)
})

test('a query without windows is not concerned', () => {
  const engine = new KsqlEngine()
  engine.execute(`CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE c WITH (KAFKA_TOPIC='c') AS SELECT k, SUM(v) AS total FROM s GROUP BY k EMIT CHANGES;`)
  engine.end()
  engine.topic('t').append([record(1, 1_000)])
  expect(engine.errors.all()).toEqual([])
})
