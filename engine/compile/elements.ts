import type { Typed } from '../plan/typed.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { either, type Fragment, NEVER, unbox } from './fragment.ts'
import type { SourceWriter } from './source.ts'

/** An element of an array or a map: a[b]. `index` is b where it is known when the statement is compiled. */
export function element(out: SourceWriter, a: Fragment, b: Fragment, base: SqlType, index: Typed): Fragment {
  const err = either(a.err, b.err)
  const nul = either(a.nul, b.nul)
  if (base.base === 'MAP') return part(out, `${a.val}.get(${b.val})`, nul, err)
  const fixed = index.op === 'const' && typeof index.value === 'number' ? index.value : 0
  if (fixed === 0) return part(out, `${out.constant(elementAt)}(${a.val}, ${b.val})`, nul, err)
  const there = `${a.val}.length >= ${Math.abs(fixed)}`
  const place = fixed > 0 ? String(fixed - 1) : `${a.val}.length - ${-fixed}`
  return part(out, `(${there} ? ${a.val}[${place}] : null)`, nul, err)
}

/** What an array, map or struct has at a place, null when absent; evaluated only when the container is there. */
export function part(out: SourceWriter, expression: string, nul: string, err: string): Fragment {
  const name = out.fresh('t')
  const absent = either(nul, err)
  const read = absent === NEVER ? expression : `${absent} ? null : ${expression}`
  out.emit(`let ${name} = ${read}; if (${name} === undefined) ${name} = null;`)
  return unbox(name, err)
}

/** Identifies column[constant], which cannot fail; null for every other expression. */
export function elementKey(e: Typed): string | null {
  if (e.op !== 'subscript' || e.base.type.base !== 'ARRAY') return null
  const { base, index } = e
  return base.op === 'column' && index.op === 'const' && index.value !== 0 ? `${base.index}[${index.value}]` : null
}

/** ksqlDB's array subscripts: from 1, negative from the end, NULL outside. */
function elementAt(array: readonly SqlValue[], index: number): SqlValue {
  if (index === 0) throw new Error('array index 0: arrays start at 1')
  return array[index > 0 ? index - 1 : array.length + index] ?? null
}
