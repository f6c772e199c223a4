import { describe, expect, test } from 'vitest'
import { formatExpression, parseExpression } from '../../../engine/syntax/index.ts'
import { withoutPositions } from './without-positions.ts'

function tree(text: string): unknown {
  return withoutPositions(parseExpression(text))
}

describe('precedence', () => {
  test.each([
    ['a + b * c - d', '((A + (B * C)) - D)'],
    ['-a * b', '((-A) * B)'],
    ['a OR b AND NOT c = d', '(A OR (B AND (NOT (C = D))))'],
    ['NOT a AND b', '((NOT A) AND B)'],
    ['(a OR b) AND c', '((A OR B) AND C)'],
    ['a % 2 != 0', '((A % 2) <> 0)'],
    ['a BETWEEN 1 AND 2 AND b', '((A BETWEEN 1 AND 2) AND B)'],
    ['a NOT BETWEEN b - 1 AND b + 1', '(A NOT BETWEEN (B - 1) AND (B + 1))'],
    ["a LIKE 'x!%' ESCAPE '!' OR a NOT LIKE b + '%'", "((A LIKE 'x!%' ESCAPE '!') OR (A NOT LIKE (B + '%')))"],
    ["a NOT IN (1, 2) AND b IN ('x')", "((A NOT IN (1, 2)) AND (B IN ('x')))"],
    ['a IS NOT NULL AND b IS DISTINCT FROM c', '((A IS NOT NULL) AND (B IS DISTINCT FROM C))'],
    ['a IS NOT DISTINCT FROM 1 + b', '(A IS NOT DISTINCT FROM (1 + B))'],
    ["a + 'x' || b", "CONCAT((A + 'x'), B)"],
    ['a - -1 - - b', '((A - -1) - (-B))'],
    ['s.a[1]->b->c[x + 1]', 'S.A[1]->B->C[(X + 1)]'],
    ['f(x)[1]', 'F(X)[1]'],
    ['a.`b c`->`d`', 'A.`b c`->`d`'],
    ['case when a > 1 then 1 else null end', '(CASE WHEN (A > 1) THEN 1 ELSE null END)'],
    ["CASE a + 1 WHEN 1 THEN 'x' WHEN 2 THEN 'y' END", "(CASE (A + 1) WHEN 1 THEN 'x' WHEN 2 THEN 'y' END)"],
    ['CAST(a AS map<string, array<decimal(4, 2)>>)', 'CAST(A AS MAP<STRING, ARRAY<DECIMAL(4, 2)>>)'],
    ['COUNT(*)', 'COUNT(*)'],
    ['COUNT()', 'COUNT()'],
    ["MAP('a' := 1, k := v)", "MAP('a':=1, K:=V)"],
    ["STRUCT(a := 1, `b` := 'x')", "STRUCT(A:=1, `b`:='x')"],
    ['ARRAY[]', 'ARRAY[]'],
    ['TIMESTAMPADD(DAYS, 5, t)', 'TIMESTAMPADD(DAYS, 5, T)'],
    ['85e0', '8.5E1'],
    ["'it''s'", "'it''s'"],
    ['`SELECT`', '`SELECT`'],
    ['map', 'MAP'],
  ])('%s', (text, formatted) => {
    expect(formatExpression(parseExpression(text))).toBe(formatted)
  })

  test.each([
    'a = b = c',
    'a IS NULL IS NULL',
    'a BETWEEN 1',
    'a NOT b',
    'a +',
    '(a',
    'f(a',
    'a IN ()',
    'CASE END',
    'CASE WHEN a THEN b',
    'a->*',
    '1[2]',
    'x => y',
    '',
  ])('refuses %s', (text) => {
    expect(() => parseExpression(text)).toThrow('Syntax Error')
  })
})

describe('literals', () => {
  test.each([
    ['10', { kind: 'integer', value: 10 }],
    ['-1', { kind: 'integer', value: -1 }],
    ['- 1', { kind: 'integer', value: -1 }],
    ['-2147483648', { kind: 'integer', value: -2147483648 }],
    ['2147483648', { kind: 'bigint', value: 2147483648n }],
    ['3000000000', { kind: 'bigint', value: 3000000000n }],
    ['-9223372036854775808', { kind: 'bigint', value: -9223372036854775808n }],
    ['1.50', { kind: 'decimal', text: '1.50' }],
    ['-.5', { kind: 'decimal', text: '-0.5' }],
    ['1.', { kind: 'decimal', text: '1' }],
    ['1e3', { kind: 'double', value: 1000, text: '1e3' }],
    ['-1.5E0', { kind: 'double', value: -1.5, text: '-1.5E0' }],
    ['true', { kind: 'boolean', value: true }],
    ['Null', { kind: 'null' }],
  ])('%s', (text, literal) => {
    expect(tree(text)).toEqual(literal)
  })

  test.each(['9223372036854775808', '-9223372036854775809'])('%s is no BIGINT', (text) => {
    expect(() => parseExpression(text)).toThrow(`Invalid numeric literal: ${text}`)
  })

  test('a sign before a bracket or another sign is an operator', () => {
    expect(tree('-(5)')).toMatchObject({ kind: 'negate', op: '-', operand: { kind: 'integer', value: 5 } })
    expect(tree('- -5')).toMatchObject({ kind: 'negate', operand: { value: -5 } })
    expect(tree('+5')).toMatchObject({ kind: 'negate', op: '+' })
  })
})

describe('lambdas', () => {
  test('their parameters are bound in the body, inner ones included, and nowhere else', () => {
    expect(tree('f(a, (k, v) => g(k, x => x + v + y), x)')).toEqual({
      kind: 'call',
      name: 'F',
      star: false,
      args: [
        { kind: 'column', source: null, name: 'A' },
        {
          kind: 'lambda',
          params: ['K', 'V'],
          body: {
            kind: 'call',
            name: 'G',
            star: false,
            args: [
              { kind: 'lambda-param', name: 'K' },
              {
                kind: 'lambda',
                params: ['X'],
                body: {
                  kind: 'arithmetic',
                  op: '+',
                  left: {
                    kind: 'arithmetic',
                    op: '+',
                    left: { kind: 'lambda-param', name: 'X' },
                    right: { kind: 'lambda-param', name: 'V' },
                  },
                  right: { kind: 'column', source: null, name: 'Y' },
                },
              },
            ],
          },
        },
        { kind: 'column', source: null, name: 'X' },
      ],
    })
  })

  test('fields and elements of a parameter', () => {
    expect(tree('f(a, x => x->y[1])')).toMatchObject({
      args: [
        {},
        { body: { kind: 'subscript', base: { kind: 'dereference', base: { kind: 'lambda-param', name: 'X' } } } },
      ],
    })
  })
})

describe('time units', () => {
  test('singular and plural mean the same to the date functions', () => {
    expect(tree('DATEADD(day, 1, d)')).toMatchObject({ args: [{ kind: 'unit', unit: 'DAYS' }, {}, {}] })
    expect(tree('timesub(MILLISECONDS, 1, d)')).toMatchObject({
      args: [{ kind: 'unit', unit: 'MILLISECONDS' }, {}, {}],
    })
  })

  test('a column may be called day or hour', () => {
    expect(tree('MAX(day) + hour')).toMatchObject({
      left: { args: [{ kind: 'column', name: 'DAY' }] },
      right: { name: 'HOUR' },
    })
    expect(tree('DATEADD(day, hour, day)')).toMatchObject({
      args: [{ kind: 'unit' }, { kind: 'column' }, { kind: 'column' }],
    })
  })
})

describe('limits', () => {
  test.each([
    ['brackets', (n: number) => `${'('.repeat(n)}a${')'.repeat(n)}`],
    ['signs', (n: number) => `${'- '.repeat(n)}a`],
    ['NOT', (n: number) => `${'NOT '.repeat(n)}a`],
    ['subscripts', (n: number) => `${'a['.repeat(n)}1${']'.repeat(n)}`],
    ['CASE operands', (n: number) => `${'CASE '.repeat(n)}a${' WHEN 1 THEN 1 END'.repeat(n)}`],
    ['types', (n: number) => `CAST(a AS ${'ARRAY<'.repeat(n)}INT${'>'.repeat(n)})`],
  ])('100 nested %s parse, 100,000 are refused', (_, nest) => {
    expect(() => parseExpression(nest(100))).not.toThrow()
    expect(() => parseExpression(nest(100_000))).toThrow('Nested more than')
  })

  test('a chain of a thousand conditions is no nesting', () => {
    expect(() => parseExpression(Array(1000).fill('a = 1').join(' OR '))).not.toThrow()
  })
})

test('every node stands where its text stands', () => {
  expect(parseExpression('a\n + f(`b`)')).toMatchObject({
    at: { line: 1, column: 1, offset: 0 },
    right: { at: { line: 2, column: 4, offset: 5 }, args: [{ at: { line: 2, column: 6, offset: 7 } }] },
  })
})
