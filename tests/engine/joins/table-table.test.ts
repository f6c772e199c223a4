import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { engineWith, type Row, watch } from '../engine/harness.ts'
import { check } from '../engine/property.ts'
import { anyEvents, type Event, event, feed, SOURCES, short } from './events.ts'

type Type = 'JOIN' | 'LEFT JOIN' | 'RIGHT JOIN' | 'FULL OUTER JOIN'

function rows(select: string, events: readonly Event[], topic = 'J'): Row[] {
  const engine = engineWith(`${SOURCES} ${select}`)
  const outputs = watch(engine)
  feed(engine, events)
  return outputs.get(topic) ?? []
}

const select = (type: Type, where = '') =>
  `CREATE TABLE j AS SELECT ${type.startsWith('FULL') ? 'ROWKEY AS k' : 't.k AS k'}, t.v AS tv, u.v AS uv FROM t ${type} u ON t.k = u.k ${where} EMIT CHANGES;`

const joined = (type: Type, events: readonly string[], where = '') =>
  rows(select(type, where), events.map(event)).map(short)

describe('a join of tables', () => {
  const events = ['t a 1 @10', 'u b 2 @11', 'u a 3 @5', 't b 4 @12', 't a - @13', 'u a - @14', 'u b 5 @15', 't c - @16']

  test('INNER has the keys of both', () => {
    expect(joined('JOIN', events)).toEqual(['a 1,3 @10', 'b 4,2 @12', 'a - @13', 'b 4,5 @15'])
  })

  test('LEFT has the keys of the left one', () => {
    expect(joined('LEFT JOIN', events)).toEqual(['a 1,null @10', 'a 1,3 @10', 'b 4,2 @12', 'a - @13', 'b 4,5 @15'])
  })

  test('RIGHT has the keys of the right one', () => {
    expect(joined('RIGHT JOIN', events)).toEqual([
      'b null,2 @11',
      'a 1,3 @10',
      'b 4,2 @12',
      'a null,3 @13',
      'a - @14',
      'b 4,5 @15',
    ])
  })

  test('FULL OUTER has all keys', () => {
    expect(joined('FULL OUTER JOIN', events)).toEqual([
      'a 1,null @10',
      'b null,2 @11',
      'a 1,3 @10',
      'b 4,2 @12',
      'a null,3 @13',
      'a - @14',
      'b 4,5 @15',
    ])
  })

  test('has no row without key, and passes a deletion on where the partner is there', () => {
    expect(joined('JOIN', ['u a 1 @1', 't - 2 @2', 't a - @3', 'u a 2 @4'])).toEqual(['a - @3'])
  })

  test('tells of a row that WHERE no longer lets through once', () => {
    const changes = ['t a 1 @1', 'u a 9 @2', 't a 5 @3', 't a 6 @4', 'u a 2 @5', 'u a 3 @6']
    expect(joined('JOIN', changes, 'WHERE t.v > 2 AND u.v > 4')).toEqual(['a 5,9 @3', 'a 6,9 @4', 'a - @5'])
  })

  test('can be aggregated: the row before is taken out', () => {
    const sum = `CREATE TABLE j AS SELECT t.ref AS g, SUM(u.v) AS s, COUNT(*) AS n FROM t LEFT JOIN u ON t.k = u.k GROUP BY t.ref EMIT CHANGES;`
    const events = ['t a 1 @1 >x', 't b 1 @2 >x', 'u a 5 @3', 'u b 7 @4', 'u a 1 @5', 't b 1 @6 >y', 't a - @7']
    expect(rows(sum, events.map(event)).map(short)).toEqual([
      'x 0,1 @1',
      'x 0,2 @2',
      'x 5,2 @3',
      'x 12,2 @4',
      'x 8,2 @5',
      'x 1,1 @6',
      'y 7,1 @6',
      'x 0,0 @7',
    ])
  })
})

/** What is in a table after all its changes. */
function contents(changes: readonly Row[]): Map<string, string> {
  const table = new Map<string, string>()
  for (const { key, value } of changes) {
    if (value === null) table.delete(key.join())
    else table.set(key.join(), value.join())
  }
  return table
}

function tableOf(topic: string, events: readonly Event[]): Map<string, Event> {
  const table = new Map<string, Event>()
  for (const e of events) {
    if (e.topic !== topic || e.key === null) continue
    if (e.v === null) table.delete(e.key)
    else table.set(e.key, e)
  }
  return table
}

const text = (values: readonly (number | string | null | undefined)[]) => values.map((v) => v ?? null).join()

describe('what is left in the end is the join of what is left in the tables', () => {
  test('by key', () => {
    const types = fc.constantFrom<Type>('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL OUTER JOIN')
    check(
      fc.property(types, anyEvents(['t', 'u']), (type, events) => {
        const [t, u] = [tableOf('t', events), tableOf('u', events)]
        const expected = new Map<string, string>()
        for (const key of new Set([...t.keys(), ...u.keys()])) {
          const needsLeft = type === 'JOIN' || type === 'LEFT JOIN'
          const needsRight = type === 'JOIN' || type === 'RIGHT JOIN'
          if ((needsLeft && !t.has(key)) || (needsRight && !u.has(key))) continue
          expected.set(key, text([t.get(key)?.v, u.get(key)?.v]))
        }
        expect(contents(rows(select(type), events))).toEqual(expected)
      }),
      200,
    )
  })

  test('by foreign key', () => {
    check(
      fc.property(fc.constantFrom('JOIN', 'LEFT JOIN'), anyEvents(['t', 'u']), (type, events) => {
        const sql = `CREATE TABLE j AS SELECT t.k AS k, t.v AS tv, u.k AS uk, u.v AS uv FROM t ${type} u ON t.ref = u.k EMIT CHANGES;`
        const [t, u] = [tableOf('t', events), tableOf('u', events)]
        const expected = new Map<string, string>()
        for (const [key, { v, ref }] of t) {
          const partner = ref === null ? undefined : u.get(ref)
          if (type === 'JOIN' && partner === undefined) continue
          expected.set(key, text([v, partner?.key, partner?.v]))
        }
        expect(contents(rows(sql, events))).toEqual(expected)
      }),
      200,
    )
  })

  test('of three tables, and of what groups them', () => {
    check(
      fc.property(fc.constantFrom('JOIN', 'LEFT JOIN'), anyEvents(['t', 'u', 'w']), (type, events) => {
        const sql = `
          CREATE TABLE w (k VARCHAR PRIMARY KEY, v INT, ref VARCHAR) WITH (KAFKA_TOPIC='w', VALUE_FORMAT='JSON', PARTITIONS=1);
          CREATE TABLE j AS SELECT t.ref AS g, COUNT(*) AS n, SUM(u.v) AS su, SUM(w.v) AS sw
            FROM t JOIN u ON t.ref = u.k ${type} w ON t.k = w.k WHERE t.v > 1 GROUP BY t.ref EMIT CHANGES;`
        const [t, u, w] = [tableOf('t', events), tableOf('u', events), tableOf('w', events)]
        const groups = new Map<string, [number, number, number]>()
        for (const [key, { v, ref }] of t) {
          const partner = ref === null ? undefined : u.get(ref)
          const other = w.get(key)
          if (ref === null || partner === undefined || (type === 'JOIN' && other === undefined) || (v ?? 0) <= 1)
            continue
          const [n, su, sw] = groups.get(ref) ?? [0, 0, 0]
          groups.set(ref, [n + 1, su + (partner.v ?? 0), sw + (other?.v ?? 0)])
        }
        const expected = new Map([...groups].map(([ref, sums]) => [ref, text(sums)]))
        // a group that has lost its rows stays, with nothing in it
        const left = [...contents(rows(sql, events))].filter(([, sums]) => sums !== '0,0,0')
        expect(new Map(left)).toEqual(expected)
      }),
      200,
    )
  })
})
