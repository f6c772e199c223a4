import type { ArgumentType, BindContext } from '../../../engine/functions/definition.ts'
import { scalarFunction, tableFunction, unknownFunction } from '../../../engine/functions/registry.ts'
import { resolveScalar, resolveTable } from '../../../engine/functions/resolve.ts'
import { Decimal } from '../../../engine/types/decimal.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimalType,
  INTEGER,
  mapType,
  type SqlType,
  STRING,
} from '../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../engine/types/values.ts'

/** A value whose SQL type the JavaScript value does not show. */
export interface TypedArgument {
  readonly type: SqlType
  readonly value: SqlValue
}

export function typedArgument(type: SqlType, value: SqlValue): TypedArgument {
  return { type, value }
}

function isTyped(arg: SqlValue | TypedArgument): arg is TypedArgument {
  return arg !== null && typeof arg === 'object' && 'type' in arg && 'value' in arg
}

/** The SQL type of a JavaScript value: whole numbers are INTEGER, others DOUBLE; collections after their first element. */
function typeOf(value: SqlValue): ArgumentType {
  if (value === null) return null
  if (typeof value === 'string') return STRING
  if (typeof value === 'boolean') return BOOLEAN
  if (typeof value === 'bigint') return BIGINT
  if (typeof value === 'number') return Number.isInteger(value) ? INTEGER : DOUBLE
  if (value instanceof Uint8Array) return BYTES
  if (value instanceof Decimal) return decimalType(value.precision, value.scale)
  if (value instanceof Map) {
    const [[key, item] = [null, null]] = value
    return mapType((typeOf(key) ?? STRING) as SqlType, (typeOf(item) ?? STRING) as SqlType)
  }
  const first = (value as readonly SqlValue[]).find((element) => element !== null) ?? null
  return arrayType((typeOf(first) ?? STRING) as SqlType)
}

export interface CallOptions {
  readonly properties?: Readonly<Record<string, string>>
  /** whether the arguments are known when the query is compiled; true unless said otherwise */
  readonly constant?: boolean
}

/** Calls a scalar function as the engine does: overload chosen by types, NULLs handled as declared, a thrown error is NULL. */
export function callWith(options: CallOptions, name: string, args: readonly (SqlValue | TypedArgument)[]): SqlValue {
  const fn = scalarFunction(name)
  if (fn === undefined) throw unknownFunction(name)
  const values = args.map((arg) => (isTyped(arg) ? arg.value : arg))
  const types = args.map((arg) => (isTyped(arg) ? arg.type : typeOf(arg)))
  const constants = values.map((value) => (options.constant === false ? undefined : value))
  const { variant, argTypes, returnType } = resolveScalar(fn, types, constants)
  const context: BindContext = {
    argTypes,
    returnType,
    constants,
    properties: new Map(Object.entries(options.properties ?? {})),
    now: () => 0,
  }
  const apply = variant.bind(context)
  if (variant.nulls === 'propagate' && values.includes(null)) return null
  try {
    return apply(...values)
  } catch {
    return null
  }
}

export function call(name: string, ...args: readonly (SqlValue | TypedArgument)[]): SqlValue {
  return callWith({}, name, args)
}

/** The rows a table function makes of one argument. */
export function callTable(name: string, arg: SqlValue | TypedArgument): readonly SqlValue[] {
  const fn = tableFunction(name)
  if (fn === undefined) throw unknownFunction(name)
  const typed = isTyped(arg) ? arg : { type: typeOf(arg), value: arg }
  const { variant, argTypes, returnType } = resolveTable(fn, [typed.type], [undefined])
  return variant.bind({ argTypes, returnType, constants: [undefined], properties: new Map(), now: () => 0 })(
    typed.value,
  )
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}
