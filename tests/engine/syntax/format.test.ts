import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Expression, TypeName } from '../../../engine/syntax/index.ts'
import { formatExpression, formatTypeName, parseColumns, parseExpression } from '../../../engine/syntax/index.ts'
import { START } from '../../../engine/syntax/lexer.ts'
import { BIGINT, BYTES, decimalType, STRING, TIMESTAMP } from '../../../engine/types/sql-type.ts'
import { withoutPositions } from './without-positions.ts'

const at = START

const names = fc.oneof(
  fc.constantFrom('A', 'B', 'C_1', 'lower', 'SELECT', 'KEY', 'a`b', '1X', 'MAP', 'x y', 'SECONDS', 'DAY'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }).filter((name) => !name.includes('${')),
)
const strings = fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => !text.includes('${'))

const types = fc.letrec<{ type: TypeName }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .constantFrom(STRING, BIGINT, BYTES, TIMESTAMP, decimalType(5, 2))
      .map((type) => ({ kind: 'type' as const, type, at })),
    fc.constant({ kind: 'named' as const, name: 'my type', at }),
    tie('type').map((element) => ({ kind: 'array' as const, element, at })),
    fc.record({ kind: fc.constant('map' as const), key: tie('type'), value: tie('type'), at: fc.constant(at) }),
    fc.record({
      kind: fc.constant('struct' as const),
      fields: fc.array(fc.record({ name: names, type: tie('type') }), { maxLength: 3 }),
      at: fc.constant(at),
    }),
  ),
})).type

function node<K extends Expression['kind']>(
  kind: K,
  fields: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Expression> {
  return fc.record({
    kind: fc.constant(kind),
    at: fc.constant(at),
    ...fields,
  }) as fc.Arbitrary<unknown> as fc.Arbitrary<Expression>
}

const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value): Expression => {
  const text = formatExpression({ kind: 'double', value, text: '', at })
  return { kind: 'double', value, text, at }
})

const leaves = fc.oneof(
  node('null', {}),
  node('boolean', { value: fc.boolean() }),
  node('integer', { value: fc.integer() }),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .filter((value) => BigInt.asIntN(32, value) !== value)
    .map((value): Expression => ({ kind: 'bigint', value, at })),
  node('decimal', { text: fc.constantFrom('0.5', '-1.50', '12', '-0.0', '123456789012345678901234567890.1') }),
  doubles,
  node('string', { value: strings }),
  node('column', { source: fc.option(names), name: names }),
)

const expressions = fc.letrec<{ expression: Expression }>((tie) => {
  const e = tie('expression')
  const list = fc.array(e, { maxLength: 3 })
  const some = fc.array(e, { minLength: 1, maxLength: 3 })
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaves,
      node('arithmetic', { op: fc.constantFrom('+', '-', '*', '/', '%'), left: e, right: e }),
      node('negate', { op: fc.constantFrom('+', '-'), operand: e }),
      node('comparison', {
        op: fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'),
        left: e,
        right: e,
      }),
      node('logical', { op: fc.constantFrom('AND', 'OR'), left: e, right: e }),
      node('not', { operand: e }),
      node('is-null', { operand: e, negated: fc.boolean() }),
      node('between', { operand: e, low: e, high: e, negated: fc.boolean() }),
      node('in', { operand: e, items: some, negated: fc.boolean() }),
      node('like', { operand: e, pattern: e, escape: fc.constantFrom(null, '!', "'"), negated: fc.boolean() }),
      node('case', {
        operand: fc.option(e),
        branches: fc.array(fc.record({ when: e, then: e }), { minLength: 1, maxLength: 3 }),
        otherwise: fc.option(e),
      }),
      node('cast', { operand: e, type: types }),
      node('call', { name: fc.constantFrom('F', 'CONCAT', 'my f', 'MAP1'), args: list, star: fc.constant(false) }),
      node('call', { name: fc.constant('COUNT'), args: fc.constant([]), star: fc.constant(true) }),
      node('call', {
        name: fc.constant('TIMESTAMPADD'),
        args: fc.tuple(node('unit', { unit: fc.constantFrom('DAYS', 'MILLISECONDS') }), e, e),
        star: fc.constant(false),
      }),
      node('call', {
        name: fc.constant('TRANSFORM'),
        args: fc.tuple(e, node('lambda', { params: fc.constantFrom(['PARAM_X'], ['PARAM_X', 'PARAM_Y']), body: e })),
        star: fc.constant(false),
      }),
      node('subscript', { base: e, index: e }),
      node('dereference', { base: e, field: names }),
      node('array', { items: list }),
      node('map', { entries: fc.array(fc.record({ key: e, value: e }), { maxLength: 3 }) }),
      node('struct', { fields: fc.array(fc.record({ name: names, value: e }), { maxLength: 3 }) }),
    ),
  }
}).expression

describe('formatting', () => {
  test('an expression parsed from its own text is the same expression', () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        expect(withoutPositions(parseExpression(formatExpression(expression)))).toEqual(withoutPositions(expression))
      }),
      { numRuns: 2000 },
    )
  })

  test('so is a type', () => {
    fc.assert(
      fc.property(types, (type) => {
        expect(withoutPositions(parseColumns(`c ${formatTypeName(type)}`)[0]?.type)).toEqual(withoutPositions(type))
      }),
    )
  })

  test('doubles as ksqlDB writes them', () => {
    expect(['85e0', '1e-1', '0.0e0', '-1.25e10'].map((text) => formatExpression(parseExpression(text)))).toEqual([
      '8.5E1',
      '1E-1',
      '0E0',
      '-1.25E10',
    ])
  })
})
