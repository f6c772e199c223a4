import { describe, expect, test } from 'vitest'
import { KsqlEngine } from '../../engine/index.ts'
import { SessionWindows } from '../../jobs/session-windows.ts'

/** Follows sessions of 10 s over records (device, kind, second), appended in the chunks given. */
function follow(chunks: readonly (readonly [string, string, number])[][]) {
  const engine = new KsqlEngine()
  engine.execute(`CREATE STREAM s (device VARCHAR KEY, kind VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE t WITH (KAFKA_TOPIC='t', KEY_FORMAT='JSON') AS SELECT device, kind, COUNT(*) AS n
      FROM s WINDOW SESSION (10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY device, kind;`)
  const told: string[] = []
  const tell = (what: string) => (s: { started: number; ended: number; value(name: string): unknown }) =>
    told.push(`${what} ${s.value('DEVICE')} ${s.value('KIND')} ${s.started / 1000}-${s.ended / 1000} n=${s.value('N')}`)
  const sessions = new SessionWindows(['DEVICE', 'KIND'], 15_000, { opened: tell('open'), closed: tell('over') })
  engine.topic('t').subscribe((batch, source) => sessions.take(batch, source))
  for (const chunk of chunks) {
    const record = ([device, kind, second]: readonly [string, string, number]) => ({
      key: Buffer.from(device),
      value: Buffer.from(JSON.stringify({ kind })),
      timestamp: second * 1000,
      headers: [],
    })
    engine.topic('s').append(chunk.map(record))
    sessions.advance(Math.max(...chunk.map(([, , second]) => second * 1000)))
  }
  sessions.end()
  return told
}

const records = [
  ['a', 'x', 0],
  ['a', 'x', 5],
  ['b', 'x', 6],
  ['a', 'y', 9],
  ['a', 'x', 14],
  ['b', 'x', 40],
  ['a', 'x', 60],
  ['a', 'x', 61],
] as const

describe('sessions', () => {
  test('are told when they open and when stream time has left them behind', () => {
    expect(follow([[...records]])).toEqual([
      'open a x 0-0 n=1',
      'open b x 6-6 n=1',
      'open a y 9-9 n=1',
      'over b x 6-6 n=1',
      'over a y 9-9 n=1',
      'over a x 0-14 n=3',
      'open b x 40-40 n=1',
      'over b x 40-40 n=1',
      'open a x 60-60 n=1',
      'over a x 60-61 n=2',
    ])
  })

  test('are told alike however the records are cut, but for the state they open with', () => {
    const cuts = [[...records].map((r) => [r]), [records.slice(0, 3), records.slice(3, 6), records.slice(6)]]
    for (const chunks of cuts) expect(follow(chunks)).toEqual(follow([[...records]]))
  })

  test('that a late record joins are one', () => {
    expect(
      follow([
        [
          ['a', 'x', 0],
          ['a', 'x', 15],
          ['a', 'x', 8],
        ],
      ]),
    ).toEqual(['open a x 0-0 n=1', 'open a x 15-15 n=1', 'over a x 0-15 n=3'])
  })
})
