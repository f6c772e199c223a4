import { describe, expect, test } from 'vitest'
import type { KsqlEngine } from '../../../engine/index.ts'
import { engineWith } from '../engine/harness.ts'

const S = `CREATE STREAM s (k VARCHAR KEY, v DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`
const KEYS = ['a', 'b', 'c']
const SECOND = 1000

/** Three keys, each with a row a second, as columns. */
function feed(engine: KsqlEngine, from: number, seconds: number): void {
  const count = seconds * KEYS.length
  const at = (i: number) => from + Math.floor(i / KEYS.length)
  engine.append('S', {
    count,
    columns: new Map([
      ['K', { data: Array.from({ length: count }, (_, i) => KEYS[i % KEYS.length] ?? ''), nulls: null }],
      ['V', { data: Float64Array.from({ length: count }, (_, i) => i % 17), nulls: null }],
    ]),
    rowtime: Float64Array.from({ length: count }, (_, i) => at(i) * SECOND),
  })
}

describe('closed windows are freed: the state stays the same size while 100,000 of them pass', () => {
  test.each([
    ['tumbling', 'WINDOW TUMBLING (SIZE 2 SECONDS, GRACE PERIOD 10 SECONDS)', 'CHANGES'],
    ['tumbling, final', 'WINDOW TUMBLING (SIZE 2 SECONDS, GRACE PERIOD 10 SECONDS)', 'FINAL'],
    ['hopping', 'WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 2 SECONDS, GRACE PERIOD 0 SECONDS)', 'CHANGES'],
    ['hopping, final', 'WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 2 SECONDS, RETENTION 1 MINUTE)', 'FINAL'],
    ['sessions', 'WINDOW SESSION (500 MILLISECONDS, GRACE PERIOD 3 SECONDS)', 'CHANGES'],
    ['sessions, final', 'WINDOW SESSION (500 MILLISECONDS, GRACE PERIOD 3 SECONDS)', 'FINAL'],
  ])('%s', (_kind, window, emit) => {
    const engine = engineWith(`${S}
      CREATE TABLE w AS SELECT k, COUNT(*) AS n, AVG(v) AS a, COLLECT_LIST(v) AS vs FROM s ${window} GROUP BY k HAVING COUNT(*) > 0 EMIT ${emit};`)
    const seconds = 70_000
    const step = 1000
    let early = 0
    for (let from = 0; from < seconds; from += step) {
      feed(engine, from, step)
      if (from === step) early = engine.snapshot().length
    }
    expect(engine.snapshot().length).toBeLessThan(early * 1.5)
    expect(engine.queries()[0]?.lateRows).toBe(0)
  })
})

test('records that every reader has seen are not kept', () => {
  const engine = engineWith(`${S} CREATE STREAM r AS SELECT * FROM s EMIT CHANGES;`)
  for (let i = 0; i < 100; i++) {
    engine.topic('s').append(
      Array.from({ length: 100 }, () => ({
        key: Buffer.from('a'),
        value: Buffer.from('{"v":1}'),
        timestamp: i,
        headers: [],
      })),
    )
  }
  expect(engine.topic('s').records()).toHaveLength(0)
  expect(engine.topic('R').records()).toHaveLength(0)
})
