import { describe, expect, test } from 'vitest'
import type { RawRecord } from '../../../engine/index.ts'
import { engineWith, jsonRecord, type Row, watch } from '../engine/harness.ts'

function windowed(
  key: string,
  v: number,
  start: number,
  end: number,
  type: 'time' | 'session',
  time = start,
): RawRecord {
  return { ...jsonRecord(key, { v }, time), window: { start, end, type } }
}

const source = (name: string, kind: string, window: string, format = 'KAFKA') =>
  `CREATE ${kind} ${name} (k VARCHAR ${kind === 'TABLE' ? 'PRIMARY ' : ''}KEY, v INT) WITH (KAFKA_TOPIC='${name}', KEY_FORMAT='${format}', VALUE_FORMAT='JSON', PARTITIONS=1, ${window});`

const TUMBLING = `WINDOW_TYPE='TUMBLING', WINDOW_SIZE='5 SECONDS'`

const brief = (rows: readonly Row[] | undefined) =>
  rows?.map(({ key, value, window }) => `${key}[${window}] ${value?.join() ?? '-'}`)

describe('joins of windowed sources', () => {
  test('of streams: the same key in the same window', () => {
    const engine = engineWith(
      `${source('a', 'STREAM', TUMBLING)} ${source('b', 'STREAM', TUMBLING)}
       CREATE STREAM j AS SELECT a.k AS k, a.v AS av, b.v AS bv, a.WINDOWSTART AS ws FROM a LEFT JOIN b WITHIN 1 MINUTE ON a.k = b.k EMIT CHANGES;`,
    )
    const seen = watch(engine)
    engine.topic('b').append([windowed('x', 1, 0, 5000, 'time'), windowed('x', 2, 5000, 10_000, 'time')])
    engine.topic('a').append([windowed('x', 3, 5000, 10_000, 'time'), windowed('x', 4, 10_000, 15_000, 'time')])
    expect(brief(seen.get('J'))).toEqual(['x[5000,10000] 3,2,5000', 'x[10000,15000] 4,,10000'])
  })

  test('of sessions: those with the same bounds', () => {
    const engine = engineWith(
      `${source('a', 'STREAM', `WINDOW_TYPE='SESSION'`)} ${source('b', 'STREAM', `WINDOW_TYPE='SESSION'`)}
       CREATE STREAM j AS SELECT a.k AS k, a.v AS av, b.v AS bv FROM a JOIN b WITHIN 1 MINUTE ON a.k = b.k EMIT CHANGES;`,
    )
    const seen = watch(engine)
    engine.topic('a').append([windowed('x', 1, 0, 5000, 'session'), windowed('x', 2, 0, 6000, 'session')])
    engine.topic('b').append([windowed('x', 3, 0, 6000, 'session')])
    expect(brief(seen.get('J'))).toEqual(['x[0,6000] 2,3'])
  })

  test('of a stream with a table, and of tables', () => {
    const engine = engineWith(
      `${source('a', 'STREAM', TUMBLING)} ${source('b', 'TABLE', TUMBLING)} ${source('c', 'TABLE', TUMBLING)}
       CREATE STREAM j AS SELECT a.k AS k, a.v AS av, b.v AS bv FROM a JOIN b ON a.k = b.k EMIT CHANGES;
       CREATE TABLE q AS SELECT b.k AS k, b.v AS bv, c.v AS cv FROM b FULL OUTER JOIN c ON b.k = c.k EMIT CHANGES;`.replace(
        'b.k AS k, b.v',
        'ROWKEY AS k, b.v',
      ),
    )
    const seen = watch(engine)
    engine.topic('b').append([windowed('x', 1, 0, 5000, 'time'), windowed('x', 2, 5000, 10_000, 'time')])
    engine.topic('a').append([windowed('x', 3, 5000, 10_000, 'time'), windowed('x', 4, 10_000, 15_000, 'time')])
    engine.topic('c').append([windowed('x', 5, 0, 5000, 'time'), { ...windowed('x', 0, 0, 5000, 'time'), value: null }])
    expect(brief(seen.get('J'))).toEqual(['x[5000,10000] 3,2'])
    expect(brief(seen.get('Q'))).toEqual(['x[0,5000] 1,', 'x[5000,10000] 2,', 'x[0,5000] 1,5', 'x[0,5000] 1,'])
  })
})
