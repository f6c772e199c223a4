import { physicalOf } from '../runtime/batch.ts'
import type { SqlType } from '../types/sql-type.ts'
import { type SourceWriter, zeroOf } from './source.ts'

/**
 * A compiled expression: JavaScript expressions without side effects, valid where they were compiled.
 * `err` is ksqlDB's evaluation error that makes the whole column NULL (arithmetic on NULL, in Java a NullPointerException);
 * real exceptions are thrown. `val` may throw while `nul` or `err` is true.
 */
export interface Fragment {
  readonly val: string
  readonly nul: string
  readonly err: string
}

export const NEVER = 'false'

export function either(...conditions: string[]): string {
  const real = [...new Set(conditions.filter((c) => c !== NEVER))]
  if (real.length === 0) return NEVER
  return real.length === 1 ? (real[0] ?? NEVER) : `(${real.join(' || ')})`
}

/** A statement that is left out when the condition holds: the value of a fragment must not be computed where it is absent. */
export function onlyIf(absent: string, statement: string): string {
  return absent === NEVER ? statement : `if (!${paren(absent)}) { ${statement} }`
}

/** One JavaScript value with null for NULL. */
export function box(f: Fragment, type: SqlType): string {
  if (f.nul === NEVER) return f.val
  if (f.nul === 'true') return 'null'
  return physicalOf(type) === 'ref' && f.val !== 'null' && f.nul === `(${f.val} === null)`
    ? f.val
    : `(${f.nul} ? null : ${f.val})`
}

/** The fragment of a variable that holds null for NULL. */
export function unbox(name: string, err: string): Fragment {
  return { val: name, nul: `(${name} === null)`, err }
}

/** `value` computed only where `err` is false. */
export function guarded(out: SourceWriter, type: SqlType, err: string, value: string): Fragment {
  const name = out.fresh('t')
  if (err === NEVER) {
    out.emit(`const ${name} = ${value};`)
    return { val: name, nul: NEVER, err }
  }
  const flag = out.fresh('t')
  out.emit(`const ${flag} = ${err};`)
  out.emit(`let ${name} = ${zeroOf(type)}; if (!${flag}) { ${name} = ${value}; }`)
  return { val: name, nul: NEVER, err: flag }
}

export function paren(expression: string): string {
  return /^[\w$.]+$/.test(expression) || (expression.startsWith('(') && balancedTail(expression))
    ? expression
    : `(${expression})`
}

function balancedTail(expression: string): boolean {
  let depth = 0
  for (let i = 0; i < expression.length; i++) {
    const c = expression[i]
    if (c === '(') depth++
    else if (c === ')' && --depth === 0) return i === expression.length - 1
  }
  return false
}

/** The number expression x of a BIGINT written `BigInt(x)`, or null: what only needs the number can do without the BigInt. */
export function numberInside(val: string): string | null {
  let inner = val
  while (inner.startsWith('(') && balancedTail(inner)) inner = inner.slice(1, -1)
  const call = 'BigInt'
  return inner.startsWith(`${call}(`) && balancedTail(inner.slice(call.length)) ? inner.slice(call.length) : null
}
