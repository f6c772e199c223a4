import { describe, expect, test } from 'vitest'
import type { Query } from '../../../engine/syntax/index.ts'
import { parseStatement } from '../../../engine/syntax/index.ts'
import { withoutPositions } from './without-positions.ts'

function query(text: string): Query {
  const statement = parseStatement(text)
  if (statement.kind !== 'select') throw new Error(statement.kind)
  return statement.query
}

describe('the select list', () => {
  test('stars, fields, aliases with and without AS', () => {
    const { select } = query('SELECT *, s.*, a->b->*, a AS x, b + 1 y, c emit, key FROM s EMIT CHANGES')
    expect(select.map((item) => [item.kind, item.kind === 'expression' ? item.alias : null])).toEqual([
      ['all', null],
      ['all', null],
      ['all-fields', null],
      ['expression', 'X'],
      ['expression', 'Y'],
      ['expression', 'EMIT'],
      ['expression', null],
    ])
  })
})

describe('sources', () => {
  test('aliases do not swallow the next clause', () => {
    expect(query('SELECT a FROM s EMIT FINAL')).toMatchObject({ from: { alias: null }, emit: 'FINAL' })
    expect(query('SELECT a FROM s PARTITION BY a')).toMatchObject({
      from: { alias: null },
      partitionBy: [{ name: 'A' }],
    })
    expect(query('SELECT a FROM s AS x WHERE b')).toMatchObject({ from: { name: 'S', alias: 'X' } })
  })

  test('joins lean to the left', () => {
    const { from } = query(
      `SELECT * FROM a JOIN b WITHIN 1 HOUR ON a.k = b.k LEFT OUTER JOIN c x WITHIN (1 MINUTE, 2 SECONDS) GRACE PERIOD 3 DAYS ON a.k = x.k
       FULL JOIN d ON a.k = d.k RIGHT JOIN e ON a.k = e.k`,
    )
    expect(from).toMatchObject({
      type: 'RIGHT',
      within: null,
      left: {
        type: 'OUTER',
        left: {
          type: 'LEFT',
          right: { name: 'C', alias: 'X' },
          within: { before: 60_000, after: 2_000, grace: 259_200_000 },
          left: { type: 'INNER', within: { before: 3_600_000, after: 3_600_000, grace: null } },
        },
      },
    })
  })
})

describe('windows', () => {
  test.each([
    ['TUMBLING (SIZE 1 MINUTE)', { kind: 'TUMBLING', size: 60_000, advance: null, grace: null, retention: null }],
    [
      'tumbling (size 2 milliseconds, retention 1 day, grace period 0 seconds)',
      { kind: 'TUMBLING', size: 2, advance: null, grace: 0, retention: 86_400_000 },
    ],
    [
      'HOPPING (SIZE 30 SECONDS, ADVANCE BY 15 SECOND, GRACE PERIOD 1 HOUR)',
      { kind: 'HOPPING', size: 30_000, advance: 15_000, grace: 3_600_000, retention: null },
    ],
    ['SESSION (5 SECONDS)', { kind: 'SESSION', size: 5_000, advance: null, grace: null, retention: null }],
  ])('%s', (text, window) => {
    expect(withoutPositions(query(`SELECT COUNT(*) FROM s WINDOW ${text} GROUP BY a`).window)).toEqual(window)
  })

  test.each([
    ['TUMBLING (SIZE 0 SECONDS)', 'The size of a window must be longer than 0'],
    ['TUMBLING (SIZE 1 YEAR)', 'YEARS have no fixed length'],
    ['TUMBLING (SIZE 1 PARSEC)', 'Syntax Error'],
    ['HOPPING (SIZE 1 HOUR)', "missing ',' at ')'"],
    ['TUMBLING (SIZE 1 HOUR, GRACE PERIOD 1 DAY, GRACE PERIOD 1 DAY)', 'Syntax Error'],
  ])('%s is refused', (text, message) => {
    expect(() => query(`SELECT COUNT(*) FROM s WINDOW ${text} GROUP BY a`)).toThrow(message)
  })
})

describe('grouping', () => {
  test.each([
    ['a, b', 2],
    ['(a, b)', 2],
    ['(a)', 1],
    ['(a + b) * 2, c', 2],
    ['(a IS NULL)', 1],
    ['(f(a, b))', 1],
    ['STRUCT(a := 1, b := 2)', 1],
  ])('GROUP BY %s', (text, count) => {
    expect(query(`SELECT COUNT(*) FROM s GROUP BY ${text}`).groupBy).toHaveLength(count)
    expect(query(`SELECT * FROM s PARTITION BY ${text}`).partitionBy).toHaveLength(count)
  })

  test('an empty list says nothing to plan by', () => {
    expect(() => query('SELECT * FROM s PARTITION BY ()')).toThrow('PARTITION BY requires at least one expression')
  })
})

test('all clauses together', () => {
  expect(
    query(
      'SELECT a, COUNT(*) FROM s WINDOW SESSION (1 DAY) WHERE b > 1 GROUP BY a HAVING COUNT(*) > 2 EMIT CHANGES LIMIT 10',
    ),
  ).toMatchObject({
    where: { kind: 'comparison' },
    groupBy: [{ name: 'A' }],
    partitionBy: [],
    having: { kind: 'comparison' },
    emit: 'CHANGES',
    limit: 10,
  })
})
