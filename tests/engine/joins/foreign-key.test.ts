import { describe, expect, test } from 'vitest'
import { engineWith, watch } from '../engine/harness.ts'
import { event, feed, SOURCES, shorts } from './events.ts'

function joined(type: 'JOIN' | 'LEFT JOIN', events: readonly string[], on = 't.ref = u.k'): string[] {
  const engine = engineWith(
    `${SOURCES} CREATE TABLE j AS SELECT t.k AS k, t.v AS tv, u.k AS uk, u.v AS uv FROM t ${type} u ON ${on} EMIT CHANGES;`,
  )
  const outputs = watch(engine)
  feed(engine, events.map(event))
  return shorts(outputs, 'J')
}

describe('a join by a foreign key', () => {
  test('follows the row that is named, for every row that names it, in order of their keys', () => {
    const events = ['t c 1 @1 >x', 't a 2 @2 >x', 't b 3 @9 >y', 'u x 7 @5', 'u x 8 @6', 'u y 9 @7']
    expect(joined('JOIN', events)).toEqual(['a 2,x,7 @5', 'c 1,x,7 @5', 'a 2,x,8 @6', 'c 1,x,8 @6', 'b 3,y,9 @9'])
  })

  test('takes the result away with either row', () => {
    const events = ['u x 7 @1', 't a 1 @2 >x', 'u x - @3', 'u x 8 @4', 't a - @5', 'u x 9 @6']
    expect(joined('JOIN', events)).toEqual(['a 1,x,7 @2', 'a - @3', 'a 1,x,8 @4', 'a - @5'])
  })

  test('goes over to another row when the key that is named changes', () => {
    const events = [
      'u x 7 @1',
      'u y 8 @2',
      't a 1 @3 >x',
      't a 1 @4 >y',
      'u x 9 @5',
      'u y 6 @6',
      't a 1 @7 >z',
      't a 1 @8',
    ]
    expect(joined('JOIN', events)).toEqual(['a 1,x,7 @3', 'a 1,y,8 @4', 'a 1,y,6 @6', 'a - @7', 'a - @8'])
  })

  test('LEFT has every left row, also those that name none', () => {
    const events = ['t a 1 @1 >x', 't b 2 @2', 'u x 7 @3', 'u x - @4', 't b 2 @5 >x', 't a - @6', 't c - @7']
    expect(joined('LEFT JOIN', events)).toEqual([
      'a 1,null,null @1',
      'b 2,null,null @2',
      'a 1,x,7 @3',
      'a 1,null,null @4',
      'b 2,null,null @5',
      'a - @6',
    ])
  })

  test('may name the key by an expression', () => {
    const events = ['u kx 7 @1', 't a 1 @2 >x']
    expect(joined('JOIN', events, `u.k = 'k' + t.ref`)).toEqual(['a 1,kx,7 @2'])
  })
})
