import { physicalOf } from '../runtime/batch.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { either, type Fragment, NEVER, numberInside, unbox } from './fragment.ts'
import type { SourceWriter } from './source.ts'

export function conversion(
  out: SourceWriter,
  a: Fragment,
  from: SqlType,
  to: SqlType,
  convert: (value: SqlValue) => SqlValue,
): Fragment {
  const direct = directConversion(a.val, from, to)
  if (direct !== null) return { val: direct, nul: a.nul, err: a.err }
  const name = out.fresh('t')
  const absent = either(a.nul, a.err)
  const call = `${out.constant(convert)}(${a.val})`
  out.emit(`const ${name} = ${absent === NEVER ? call : `${absent} ? null : ${call}`};`)
  return unbox(name, a.err)
}

/** Numeric widenings that need no call. */
function directConversion(val: string, from: SqlType, to: SqlType): string | null {
  if (from.base === to.base && from.base !== 'DECIMAL' && physicalOf(from) !== 'ref') return val
  if (from.base === 'INTEGER' && to.base === 'BIGINT') return `BigInt(${val})`
  if (from.base === 'INTEGER' && to.base === 'DOUBLE') return val
  if (from.base === 'BIGINT' && to.base === 'DOUBLE') return numberInside(val) ?? `Number(${val})`
  return null
}
