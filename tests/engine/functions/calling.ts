import type {
  Accumulator,
  AggregateFunction,
  Argument,
  ArgumentType,
  BindContext,
  LambdaArgument,
  LambdaValue,
  ScalarFunction,
  ScalarVariant,
} from '../../../engine/functions/definition.ts'
import { resolveAggregate, resolveScalar } from '../../../engine/functions/resolve.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimalType,
  INTEGER,
  mapType,
  type SqlType,
  STRING,
  TIME,
  TIMESTAMP,
} from '../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../engine/types/values.ts'

/** What a test hands to a function: a value with its SQL type, an interval unit or a lambda. */
export type Given =
  | { readonly type: SqlType; readonly value: SqlValue }
  | { readonly unit: string }
  | (LambdaArgument & { readonly run: LambdaValue })

const of = (type: SqlType) => (value: SqlValue) => ({ type, value })
export const int = of(INTEGER)
export const bigint = of(BIGINT)
export const double = of(DOUBLE)
export const text = of(STRING)
export const bool = of(BOOLEAN)
export const date = of(DATE)
export const time = of(TIME)
export const timestamp = of(TIMESTAMP)
export const decimal = (precision: number, scale: number) => of(decimalType(precision, scale))
export const array = (element: SqlType) => of(arrayType(element))
export const map = (value: SqlType) => of(mapType(STRING, value))
export const unit = (name: string) => ({ unit: name })
export const lambda = (parameters: number, returns: SqlType, run: LambdaValue) => ({
  lambda: parameters,
  typeOf: () => returns,
  run,
})

export interface Options {
  readonly properties?: Readonly<Record<string, string>>
  readonly now?: number
}

function contextOf(argTypes: readonly SqlType[], returnType: SqlType, constants: BindContext['constants'], o: Options) {
  const { properties = {}, now = 0 } = o
  return { argTypes, returnType, constants, properties: new Map(Object.entries(properties)), now: () => now }
}

export interface Call {
  readonly variant: ScalarVariant
  readonly returnType: SqlType
  /** NULL where the function throws, as in a query */
  readonly result: SqlValue
  /** what it threw */
  readonly error: unknown
}

/** Calls a function as a query does: resolved by the arguments' types, NULLs propagated, errors turned into NULL. */
export function call(
  functions: readonly ScalarFunction[],
  name: string,
  given: readonly Given[],
  o: Options = {},
): Call {
  const fn = functions.find((f) => f.name === name)
  if (fn === undefined) throw new Error(`no function ${name}`)
  const types = given.map((g): ArgumentType => ('type' in g ? g.type : g))
  const args = given.map((g): Argument => ('type' in g ? g.value : 'unit' in g ? g.unit : g.run))
  const { variant, argTypes, returnType } = resolveScalar(fn, types, [])
  if (variant.nulls === 'propagate' && args.includes(null))
    return { variant, returnType, result: null, error: undefined }
  try {
    const run = variant.bind(contextOf(argTypes, returnType, [], o))
    return { variant, returnType, result: run(...args), error: undefined }
  } catch (error) {
    return { variant, returnType, result: null, error }
  }
}

/** The accumulator of an aggregate for columns of these types; `literals` are the arguments after them. */
export function accumulator(
  fn: AggregateFunction,
  columns: readonly SqlType[],
  literals: readonly (number | boolean)[] = [],
  o: Options = {},
): Accumulator<unknown> & { readonly returnType: SqlType } {
  const constants = [...columns.map(() => undefined), ...literals]
  const types = [...columns, ...literals.map((l) => (typeof l === 'boolean' ? BOOLEAN : INTEGER))]
  const { variant, argTypes, returnType } = resolveAggregate(fn, types, constants)
  return { ...variant.bind(contextOf(argTypes, returnType, constants, o)), returnType }
}

export type Row = readonly SqlValue[]

/** The state after all rows, from the empty one. */
export function fold(accumulate: Accumulator<unknown>, rows: readonly Row[]): unknown {
  return rows.reduce<unknown>((state, row) => accumulate.add(state, ...row), accumulate.init())
}

/** The result after every row. */
export function results(accumulate: Accumulator<unknown>, rows: readonly Row[]): SqlValue[] {
  let state = accumulate.init()
  return rows.map((row) => {
    state = accumulate.add(state, ...row)
    return accumulate.result(state)
  })
}
