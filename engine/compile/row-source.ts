import type { Typed } from '../plan/typed.ts'
import { columnsOf, operandsOf } from '../plan/typed.ts'
import { type Physical, physicalOf } from '../runtime/batch.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { RowScope } from './expression.ts'
import type { Fragment } from './fragment.ts'
import type { SourceWriter } from './source.ts'

/**
 * Reads the rows of one batch in generated code: columns are taken out of the batch once (`declare`), and the values a row needs are
 * loaded into locals where they are first used (`load`).
 */
export class RowSource implements RowScope {
  private readonly types: readonly { readonly type: SqlType }[]
  private readonly batch: string
  private readonly prefix: string
  private readonly loaded = new Set<number>()

  constructor(layout: readonly { readonly type: SqlType }[], batch: string, prefix: string) {
    this.types = layout
    this.batch = batch
    this.prefix = prefix
  }

  /** Lines before the loop. They need `noNulls`. */
  declare(out: SourceWriter, columns: Iterable<number>): void {
    const { batch: b, prefix: p } = this
    for (const i of columns) {
      out.emit(`const ${p}d${i} = ${b}.columns[${i}].data;`)
      // always an array: code compiled while a column had no NULLs would be thrown away at the first batch that has some
      if (this.physical(i) !== 'ref') out.emit(`const ${p}n${i} = ${b}.columns[${i}].nulls ?? noNulls(${b}.count);`)
    }
  }

  /** Lines in the loop: the values of row i that the expressions read and that are not loaded yet. */
  load(out: SourceWriter, expressions: readonly Typed[]): void {
    const { prefix: p } = this
    for (const index of columnsUsed(expressions)) {
      if (this.loaded.has(index)) continue
      this.loaded.add(index)
      const physical = this.physical(index)
      if (physical === 'ref') out.emit(`const ${p}v${index} = ${p}d${index}[i];`)
      else {
        const value = physical === 'bool' ? `${p}d${index}[i] === 1` : `${p}d${index}[i]`
        out.emit(`const ${p}v${index} = ${value}, ${p}z${index} = ${p}n${index}[i] === 1;`)
      }
    }
  }

  column(index: number): Fragment {
    const { prefix: p } = this
    const val = `${p}v${index}`
    return { val, nul: this.physical(index) === 'ref' ? `(${val} === null)` : `${p}z${index}`, err: 'false' }
  }

  pseudo(node: Typed & { op: 'pseudo' }): Fragment {
    const { batch: b } = this
    switch (node.name) {
      case 'ROWTIME':
        return { val: `BigInt(${b}.rowtime[i])`, nul: 'false', err: 'false' }
      case 'ROWPARTITION':
        return { val: '0', nul: 'false', err: 'false' }
      case 'ROWOFFSET':
        return {
          val: `(${b}.offsets === null ? 0n : BigInt(${b}.offsets[i]))`,
          nul: `(${b}.offsets === null)`,
          err: 'false',
        }
      case 'WINDOWSTART':
        return { val: `BigInt(${b}.windowStart[i])`, nul: 'false', err: 'false' }
      case 'WINDOWEND':
        return { val: `BigInt(${b}.windowEnd[i])`, nul: 'false', err: 'false' }
      case 'HEADERS': {
        const all = `(${b}.headers === null ? [] : ${b}.headers[i])`
        if (node.headerKey === undefined) {
          const val = `${all}.map((h) => [h.key, h.value])`
          return { val, nul: 'false', err: 'false' }
        }
        const key = JSON.stringify(node.headerKey)
        const val = `(${all}.findLast((h) => h.key === ${key})?.value ?? null)`
        return { val, nul: `(${val} === null)`, err: 'false' }
      }
    }
  }

  synthetic(index: number): Fragment {
    return { val: `s${index}`, nul: `(s${index} === null)`, err: 'false' }
  }

  private physical(index: number): Physical {
    const column = this.types[index]
    if (column === undefined) throw new Error(`no column ${index}`)
    return physicalOf(column.type)
  }
}

export function columnsUsed(expressions: readonly Typed[]): Set<number> {
  const used = new Set<number>()
  for (const e of expressions) columnsOf(e, used)
  return used
}

export function usesSynthetic(e: Typed): boolean {
  return e.op === 'synthetic' || operandsOf(e).some(usesSynthetic)
}
