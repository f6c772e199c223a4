import type { Decimal } from './decimal.ts'
import type { SqlType } from './sql-type.ts'
import type { SqlValue } from './values.ts'

/** Negative, zero or positive. Never sees NULL at the top; inside containers NULL is the smallest. */
export type Comparator = (a: SqlValue, b: SqlValue) => number

/**
 * Java's order of a type: Double.compare (NaN above all, -0.0 below 0.0), strings by UTF-16 unit, bytes unsigned, decimals by value.
 * Arrays and structs by their parts, maps only tell equal from different.
 */
export function comparator(type: SqlType): Comparator {
  switch (type.base) {
    case 'DOUBLE':
      return (a, b) => compareDoubles(a as number, b as number)
    case 'DECIMAL':
      return (a, b) => (a as Decimal).compare(b as Decimal)
    case 'BYTES':
      return (a, b) => Buffer.compare(a as Uint8Array, b as Uint8Array)
    case 'ARRAY': {
      const element = nullFirst(comparator(type.element))
      return (a, b) => compareLists(a as readonly SqlValue[], b as readonly SqlValue[], () => element)
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => nullFirst(comparator(field.type)))
      return (a, b) =>
        compareLists(a as readonly SqlValue[], b as readonly SqlValue[], (i) => fields[i] ?? comparePrimitives)
    }
    case 'MAP': {
      const value = nullFirst(comparator(type.value))
      return (a, b) => compareMaps(a as ReadonlyMap<SqlValue, SqlValue>, b as ReadonlyMap<SqlValue, SqlValue>, value)
    }
    default:
      return comparePrimitives
  }
}

/** Equality of two values of one type; NULL equals NULL only (the operators =, <> answer NULL before they come here). */
export function equality(type: SqlType): (a: SqlValue, b: SqlValue) => boolean {
  const compare = comparator(type)
  return (a, b) => (a === null || b === null ? a === b : compare(a, b) === 0)
}

/** Puts NULL before every value. */
export function nullFirst(compare: Comparator): Comparator {
  return (a, b) => (a === null ? (b === null ? 0 : -1) : b === null ? 1 : compare(a, b))
}

/**
 * A key that is equal (===) exactly when values of the type are equal: for Map and Set, grouping and joining.
 * Primitive types give the value itself where JavaScript compares it as SQL does.
 */
export function hashKey(type: SqlType): (value: SqlValue) => string | number | bigint | boolean | null {
  switch (type.base) {
    case 'BOOLEAN':
    case 'STRING':
    case 'INTEGER':
    case 'BIGINT':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return (v) => v as string | number | bigint | boolean | null
    default: {
      const text = hashText(type)
      return (v) => (v === null ? null : text(v))
    }
  }
}

/** Unambiguous text of a value: lengths go before texts of free content, so no value can imitate two. */
function hashText(type: SqlType): (value: SqlValue) => string {
  switch (type.base) {
    case 'DOUBLE':
      return (v) => (v === null ? 'n' : Object.is(v, -0) ? '-0' : String(v))
    case 'DECIMAL':
      return (v) => (v === null ? 'n' : (v as Decimal).stripTrailingZeros().toString())
    case 'STRING':
      return (v) => (v === null ? 'n' : `${(v as string).length}:${v as string}`)
    case 'BYTES':
      return (v) => (v === null ? 'n' : Buffer.from(v as Uint8Array).toString('base64'))
    case 'ARRAY': {
      const element = hashText(type.element)
      return (v) => (v === null ? 'n' : `[${(v as readonly SqlValue[]).map(element).join(',')}]`)
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => hashText(field.type))
      return (v) =>
        v === null ? 'n' : `{${fields.map((field, i) => field((v as readonly SqlValue[])[i] ?? null)).join(',')}}`
    }
    case 'MAP': {
      const key = hashText(type.key)
      const value = hashText(type.value)
      return (v) => {
        if (v === null) return 'n'
        const entries = [...(v as ReadonlyMap<SqlValue, SqlValue>)].map(([k, item]) => `${key(k)}=${value(item)}`)
        return `<${entries.sort().join(',')}>`
      }
    }
    default:
      return (v) => (v === null ? 'n' : String(v))
  }
}

/** Double.compare. */
export function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b && a !== 0) return 0
  return rank(a) - rank(b)
}

function rank(value: number): number {
  return Number.isNaN(value) ? 2 : Object.is(value, -0) ? 0 : 1
}

function comparePrimitives(a: SqlValue, b: SqlValue): number {
  const left = a as string | number | bigint | boolean
  const right = b as string | number | bigint | boolean
  return left < right ? -1 : left > right ? 1 : 0
}

function compareLists(
  a: readonly SqlValue[],
  b: readonly SqlValue[],
  comparatorAt: (index: number) => Comparator,
): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = comparatorAt(i)(a[i] ?? null, b[i] ?? null)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareMaps(
  a: ReadonlyMap<SqlValue, SqlValue>,
  b: ReadonlyMap<SqlValue, SqlValue>,
  compare: Comparator,
): number {
  if (a.size !== b.size) return a.size - b.size
  for (const [key, value] of a) {
    const other = b.get(key)
    if (other === undefined) return 1
    const order = compare(value, other)
    if (order !== 0) return order
  }
  return 0
}
