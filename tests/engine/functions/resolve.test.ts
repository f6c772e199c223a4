import { describe, expect, it } from 'vitest'
import { KsqlError } from '../../../engine/errors.ts'
import type { ArgumentType, ScalarFunction, ScalarVariant } from '../../../engine/functions/definition.ts'
import { aggregateFunction, scalarFunction } from '../../../engine/functions/registry.ts'
import { resolveAggregate, resolveScalar } from '../../../engine/functions/resolve.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimalType,
  formatType,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIMESTAMP,
} from '../../../engine/types/sql-type.ts'

function variant(parameters: string[], returns: ScalarVariant['returns'], variadic?: number): ScalarVariant {
  return { parameters, returns, variadic, printedReturns: 'ANY', nulls: 'propagate', bind: () => () => null }
}

function fn(...variants: ScalarVariant[]): ScalarFunction {
  return { name: 'PROBE', description: '', category: 'OTHER', variants }
}

function resolved(probe: ScalarFunction, ...args: ArgumentType[]) {
  const { variant, argTypes, lambdaParams, returnType } = resolveScalar(
    probe,
    args,
    args.map(() => undefined),
  )
  return {
    parameters: variant.parameters.join(),
    args: argTypes.map(formatType).join(),
    lambdas: lambdaParams,
    returns: formatType(returnType),
  }
}

function refusal(probe: ScalarFunction, ...args: ArgumentType[]): KsqlError {
  try {
    resolved(probe, ...args)
  } catch (error) {
    if (error instanceof KsqlError) return error
    throw error
  }
  throw new Error('was not refused')
}

describe('overload resolution', () => {
  const numbers = fn(variant(['INT'], 'INT'), variant(['BIGINT'], 'BIGINT'), variant(['DOUBLE'], 'DOUBLE'))

  it('takes the exact match', () => {
    expect(resolved(numbers, BIGINT).returns).toBe('BIGINT')
  })

  it('widens numbers where no variant fits exactly', () => {
    expect(resolved(fn(variant(['DOUBLE', 'DOUBLE'], 'INT')), INTEGER, decimalType(5, 2))).toMatchObject({
      args: 'DOUBLE,DOUBLE',
    })
    expect(resolved(numbers, decimalType(4, 1)).returns).toBe('DOUBLE')
  })

  it('refuses to guess between two wider variants', () => {
    const pairs = fn(variant(['BIGINT', 'BIGINT'], 'INT'), variant(['DOUBLE', 'DOUBLE'], 'INT'))
    const error = refusal(pairs, INTEGER, BIGINT)
    expect(error.message).toContain(
      "Function 'probe' cannot be resolved due to ambiguous method parameters (INTEGER, BIGINT).",
    )
    expect(resolved(pairs, INTEGER, DOUBLE).args).toBe('DOUBLE,DOUBLE')
  })

  it('names the arguments and the alternatives it refuses', () => {
    const error = refusal(numbers, STRING, null)
    expect(error.kind).toBe('semantic')
    expect(error.message).toBe(
      [
        "Function 'probe' does not accept parameters (STRING, null).",
        'Valid alternatives are:',
        'probe(INT)',
        'probe(BIGINT)',
        'probe(DOUBLE)',
      ].join('\n'),
    )
    expect(error.fix).toMatch(/CAST/)
  })

  it('shows the names of conditional functions and aggregates in upper case', () => {
    const coalesce = scalarFunction('coalesce')
    const sum = aggregateFunction('sum')
    if (coalesce === undefined || sum === undefined) throw new Error('not registered')
    expect(refusal(coalesce).message).toContain("Function 'COALESCE' does not accept parameters ().")
    expect(() => resolveAggregate(sum, [STRING], [undefined])).toThrow("Function 'SUM' does not accept parameters")
  })

  it('lets NULL stand for anything but does not choose by it', () => {
    const shapes = fn(variant(['VARCHAR', 'INT'], 'INT'), variant(['VARCHAR', 'BOOLEAN'], 'BOOLEAN'))
    expect(refusal(shapes, STRING, null).message).toContain('ambiguous')
    expect(resolved(fn(variant(['VARCHAR', 'INT'], 'INT')), null, null).args).toBe('STRING,INTEGER')
  })

  it('prefers fixed parameters to variadic ones, and more of them to fewer', () => {
    const probe = fn(
      variant(['INT'], 'INT', 0),
      variant(['INT', 'INT'], 'BIGINT', 1),
      variant(['INT', 'INT', 'INT'], 'DOUBLE'),
    )
    expect(resolved(probe, INTEGER, INTEGER, INTEGER).returns).toBe('DOUBLE')
    expect(resolved(probe, INTEGER, INTEGER).returns).toBe('BIGINT')
    expect(resolved(probe).returns).toBe('INTEGER')
  })

  it('repeats a variadic parameter in the middle', () => {
    const probe = fn(variant(['BIGINT', 'VARCHAR', 'INT'], 'INT', 1))
    expect(resolved(probe, BIGINT, INTEGER).args).toBe('BIGINT,INTEGER')
    expect(resolved(probe, BIGINT, STRING, STRING, INTEGER).args).toBe('BIGINT,STRING,STRING,INTEGER')
    expect(refusal(probe, BIGINT).message).toContain('does not accept')
    expect(refusal(probe, BIGINT, STRING, STRING).message).toContain('does not accept')
  })

  it('prefers the variant with fewer type variables', () => {
    const probe = fn(variant(['ARRAY<T>'], 'T'), variant(['ARRAY<INT>'], 'BIGINT'))
    expect(resolved(probe, arrayType(INTEGER)).returns).toBe('BIGINT')
    expect(resolved(probe, arrayType(STRING)).returns).toBe('STRING')
  })

  it('takes a DECIMAL of any precision, and whole numbers where nothing fits exactly', () => {
    const probe = fn(variant(['DECIMAL'], ([type]) => type))
    expect(resolved(probe, decimalType(7, 3)).returns).toBe('DECIMAL(7, 3)')
    expect(resolved(probe, INTEGER).returns).toBe('DECIMAL(10, 0)')
    expect(resolved(probe, BIGINT).returns).toBe('DECIMAL(19, 0)')
    expect(refusal(probe, DOUBLE).message).toContain('does not accept')
  })

  it('gives NULL the type of the other decimals', () => {
    const probe = fn(variant(['DECIMAL', 'DECIMAL'], ([type]) => type))
    expect(resolved(probe, null, decimalType(6, 2)).args).toBe('DECIMAL(6, 2),DECIMAL(6, 2)')
  })

  it('takes text for dates and times', () => {
    expect(resolved(fn(variant(['TIMESTAMP'], 'BIGINT')), STRING).args).toBe('TIMESTAMP')
    expect(resolved(fn(variant(['DATE', 'DATE'], 'DATE', 1)), DATE, null, STRING).args).toBe('DATE,DATE,DATE')
    expect(refusal(fn(variant(['TIMESTAMP'], 'BIGINT')), DATE).message).toContain('does not accept')
  })

  it('matches interval units with nothing else', () => {
    const probe = fn(variant(['INTERVALUNIT', 'INT', 'TIMESTAMP'], 'TIMESTAMP'))
    expect(resolved(probe, { unit: 'DAYS' }, INTEGER, TIMESTAMP).args).toBe('STRING,INTEGER,TIMESTAMP')
    expect(refusal(probe, TIMESTAMP, INTEGER, TIMESTAMP).message).toContain('(TIMESTAMP, INTEGER, TIMESTAMP)')
  })

  it('matches structs of any shape or of exactly one', () => {
    const shape = structType([{ name: 'A', type: STRING }])
    expect(resolved(fn(variant(['STRUCT'], 'INT')), shape).args).toBe('STRUCT<`A` STRING>')
    expect(resolved(fn(variant(['STRUCT<A VARCHAR>'], 'INT')), shape).args).toBe('STRUCT<`A` STRING>')
    expect(refusal(fn(variant(['STRUCT<A INT>'], 'INT')), shape).message).toContain('(STRUCT<`A` STRING>)')
  })
})

describe('type variables', () => {
  it('have one meaning in a call', () => {
    const probe = fn(variant(['ARRAY<T>', 'T'], 'T'))
    expect(resolved(probe, arrayType(STRING), STRING).returns).toBe('STRING')
    expect(refusal(probe, arrayType(STRING), INTEGER).message).toContain('(ARRAY<STRING>, INTEGER)')
  })

  it('widen to hold all numbers', () => {
    const probe = fn(variant(['T', 'T'], 'T', 1))
    expect(resolved(probe, INTEGER, BIGINT, DOUBLE)).toMatchObject({ args: 'DOUBLE,DOUBLE,DOUBLE', returns: 'DOUBLE' })
    expect(resolved(probe, decimalType(4, 2), BIGINT).returns).toBe('DECIMAL(21, 2)')
    expect(resolved(fn(variant(['ARRAY<T>', 'T'], 'BOOLEAN')), arrayType(BIGINT), INTEGER).args).toBe(
      'ARRAY<BIGINT>,BIGINT',
    )
  })

  it('reach into maps', () => {
    const probe = fn(variant(['MAP<VARCHAR, T>'], 'ARRAY<T>'))
    expect(resolved(probe, mapType(STRING, DATE)).returns).toBe('ARRAY<DATE>')
    expect(refusal(probe, mapType(INTEGER, DATE)).message).toContain('does not accept')
  })

  it('follow the arguments that are not NULL', () => {
    expect(resolved(fn(variant(['T', 'T'], 'T')), null, BOOLEAN)).toMatchObject({
      args: 'BOOLEAN,BOOLEAN',
      returns: 'BOOLEAN',
    })
  })

  it('need one argument with a type when the result follows them', () => {
    const error = refusal(fn(variant(['T'], 'T')), null)
    expect(error.message).toContain('NULL')
    expect(error.fix).toContain('CAST(NULL AS')
    expect(resolved(fn(variant(['T'], 'INT')), null).args).toBe('STRING')
  })
})

describe('lambdas', () => {
  const transform = fn(
    variant(['MAP<K, V>', 'LAMBDA (K, V) => R', 'LAMBDA (K, V) => T'], 'MAP<R, T>'),
    variant(['ARRAY<T>', 'LAMBDA (T) => R'], 'ARRAY<R>'),
  )

  it('get their parameters from the other arguments and give the result its type', () => {
    const call = resolved(transform, arrayType(BIGINT), { lambda: 1, typeOf: ([element]) => arrayType(element) })
    expect(call.returns).toBe('ARRAY<ARRAY<BIGINT>>')
    expect(call.lambdas).toEqual([undefined, [BIGINT]])
    expect(call.args).toBe('ARRAY<BIGINT>,ARRAY<BIGINT>')
  })

  it('choose the variant by their number of parameters', () => {
    const key = { lambda: 2, typeOf: () => STRING }
    const value = { lambda: 2, typeOf: () => DOUBLE }
    expect(resolved(transform, mapType(STRING, INTEGER), key, value).returns).toBe('MAP<STRING, DOUBLE>')
    expect(refusal(transform, arrayType(INTEGER), key).message).toContain('(ARRAY<INTEGER>, LAMBDA)')
  })

  it('must return what the signature says, or something that widens to it', () => {
    const reduce = fn(variant(['ARRAY<T>', 'S', 'LAMBDA (S, T) => S'], 'S'))
    const returning = (type: typeof INTEGER) => ({ lambda: 2, typeOf: () => type })
    expect(resolved(reduce, arrayType(STRING), BIGINT, returning(INTEGER))).toMatchObject({
      args: 'ARRAY<STRING>,BIGINT,BIGINT',
      returns: 'BIGINT',
    })
    expect(refusal(reduce, arrayType(STRING), INTEGER, returning(BIGINT)).message).toContain('does not accept')
  })

  it('may return NULL where the type is known from elsewhere', () => {
    const filter = fn(variant(['ARRAY<T>', 'LAMBDA (T) => BOOLEAN'], 'ARRAY<T>'))
    expect(resolved(filter, arrayType(INTEGER), { lambda: 1, typeOf: () => null }).args).toBe('ARRAY<INTEGER>,BOOLEAN')
  })
})
