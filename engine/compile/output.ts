import type { Typed } from '../plan/typed.ts'
import { physicalOf } from '../runtime/batch.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { ExpressionCompiler } from './expression.ts'
import { either, type Fragment, numberInside, onlyIf } from './fragment.ts'
import { mayThrow } from './may-throw.ts'
import { type SourceWriter, zeroOf } from './source.ts'

/** Called when an expression fails: the column becomes NULL and the failure is counted. */
export type ReportError = (column: string, error: unknown) => void

const ARRAYS = { f64: 'Float64Array', i32: 'Int32Array', i64: 'BigInt64Array', bool: 'Uint8Array' } as const

type ArrayName = (typeof ARRAYS)[keyof typeof ARRAYS]

/** Bytes of an element. */
const WIDTHS: Readonly<Record<ArrayName, number>> = { Float64Array: 8, BigInt64Array: 8, Int32Array: 4, Uint8Array: 1 }

/**
 * The columns that generated code fills: `o<name>` is the data, `z<name>` marks NULLs where the column can have any, and `w<name>` is the
 * memory of a BIGINT in words of 32 bits, low word first, so that whole numbers are stored without making a BigInt of each.
 *
 * All arrays of a batch are views of a single memory (`M`, room for `cap` rows): a batch has dozens of columns, and each array with memory
 * of its own would cost the garbage collector more than the rows cost us. NULLs are marked without a branch: V8 compiles a branch that it
 * has not seen taken as one that throws the compiled code away, and NULLs are rare.
 */
export class OutputColumns {
  private readonly types: ReadonlyMap<string, SqlType>
  private readonly target: string
  private readonly besides: readonly { readonly name: string; readonly array: ArrayName }[]
  private readonly nullable = new Set<string>()

  /**
   * @param besides arrays with a value for each row that are no columns
   * @param target what stands before the names, where they are properties of an object instead of locals
   */
  constructor(
    columns: Iterable<readonly [name: string, type: SqlType]>,
    besides: readonly { readonly name: string; readonly array: ArrayName }[] = [],
    target = '',
  ) {
    this.types = new Map(columns)
    this.besides = besides
    this.target = target
  }

  /** Stores a fragment into row `row` of a column. */
  store(out: SourceWriter, name: string, f: Fragment, row: string): void {
    const { target } = this
    const physical = physicalOf(this.type(name))
    const absent = either(f.nul, f.err)
    const data = `${target}o${name}[${row}]`
    if (physical === 'ref') {
      out.emit(`${data} = ${absent === 'false' ? f.val : `${absent} ? null : ${f.val}`};`)
      return
    }
    if (absent === 'true') {
      this.storeNull(out, name, row)
      return
    }
    if (absent !== 'false') {
      this.nullable.add(name)
      out.emit(`${target}z${name}[${row}] = ${absent} ? 1 : 0;`)
    }
    const orZero = (value: string, zero: string) => (absent === 'false' ? value : `${absent} ? ${zero} : ${value}`)
    const number = physical === 'i64' ? numberInside(f.val) : null
    if (number !== null) {
      const words = `${target}w${name}[2 * ${row}`
      out.emit(`{ const x = ${orZero(number, '0')}; ${words}] = x | 0; ${words} + 1] = Math.floor(x / 4294967296); }`)
    } else if (physical === 'bool') out.emit(`${data} = ${orZero(`${f.val} ? 1 : 0`, '0')};`)
    else out.emit(`${data} = ${orZero(f.val, physical === 'i64' ? '0n' : '0')};`)
  }

  storeNull(out: SourceWriter, name: string, row: string): void {
    if (physicalOf(this.type(name)) === 'ref') {
      out.emit(`${this.target}o${name}[${row}] = null;`)
      return
    }
    this.nullable.add(name)
    out.emit(`${this.target}z${name}[${row}] = 1;`)
  }

  /** Marks row `row` as NULL for a column whose other rows may be NULL, too; others are NULL by the mark that `literal` is told of. */
  storeAbsent(out: SourceWriter, name: string, row: string): void {
    if (physicalOf(this.type(name)) === 'ref' || this.nullable.has(name)) this.storeNull(out, name, row)
  }

  /** The column, once all is stored. `marked`: the marks that hold for a column without NULLs of its own. */
  literal(name: string, marked = 'null'): string {
    const { target } = this
    const nulls =
      physicalOf(this.type(name)) === 'ref' ? 'null' : this.nullable.has(name) ? `${target}z${name}` : marked
    return `{ data: ${target}o${name}, nulls: ${nulls} }`
  }

  /** The line that makes the memory, and what each name stands for; once all is stored. */
  allocation(): { readonly memory: string; readonly names: readonly (readonly [name: string, value: string])[] } {
    const names: [name: string, value: string][] = []
    for (const [name, type] of this.types) if (physicalOf(type) === 'ref') names.push([`o${name}`, 'new Array(cap)'])
    // wide ones first, so that all are aligned
    const arrays = this.arrays().sort((a, b) => WIDTHS[b.array] - WIDTHS[a.array])
    let bytes = 0
    for (const { name, array } of arrays) {
      names.push([name, `new ${array}(M, ${bytes} * cap, cap)`])
      if (array === 'BigInt64Array') names.push([`w${name.slice(1)}`, `new Int32Array(M, ${bytes} * cap, 2 * cap)`])
      bytes += WIDTHS[array]
    }
    return { memory: `const M = new ArrayBuffer(${bytes} * cap);`, names }
  }

  /** Lines that make room for `cap` rows; once all is stored. */
  growth(): string[] {
    const { target } = this
    return this.arrays().flatMap(({ name, array }) => {
      const data = `${target}${name}`
      const grown = `${data} = grow(${data}, cap);`
      return array === 'BigInt64Array'
        ? [grown, `${target}w${name.slice(1)} = new Int32Array(${data}.buffer);`]
        : [grown]
    })
  }

  private arrays(): { readonly name: string; readonly array: ArrayName }[] {
    const columns = [...this.types].flatMap(([name, type]) => {
      const physical = physicalOf(type)
      if (physical === 'ref') return []
      const data = { name: `o${name}`, array: ARRAYS[physical] }
      return this.nullable.has(name) ? [data, { name: `z${name}`, array: 'Uint8Array' } as const] : [data]
    })
    return [...this.besides, ...columns]
  }

  private type(name: string): SqlType {
    const type = this.types.get(name)
    if (type === undefined) throw new Error(`no output column ${name}`)
    return type
  }
}

type Growable = Float64Array | Int32Array | Uint8Array | BigInt64Array

/** A copy with room for `capacity` elements; used by generated code. */
export function grow(array: Growable, capacity: number): Growable {
  const larger = new (array.constructor as new (n: number) => Float64Array)(capacity)
  larger.set(array as Float64Array)
  return larger
}

/** ksqlDB computes with Java's boxed numbers, where this is a NullPointerException. */
const NULL_OPERAND = new Error(
  'NULL in arithmetic makes the whole column NULL; give a value in its place (COALESCE), or ask first (CASE WHEN … IS NOT NULL)',
)

/** `err`: the fragment's condition under which an operand of arithmetic was NULL. */
export function countNullOperand(out: SourceWriter, err: string, column: string): void {
  if (err !== 'false') out.emit(`if (${err}) report(${out.constant(column)}, ${out.constant(NULL_OPERAND)});`)
}

/**
 * Evaluates an expression where a failure must only cost its own column: inside a try when it may throw.
 * The fragment given back is valid after the try; what failed is counted.
 */
export function compileGuarded(out: SourceWriter, compiler: ExpressionCompiler, e: Typed, column: string): Fragment {
  if (!mayThrow(e)) {
    const f = compiler.into(out).compile(e)
    countNullOperand(out, f.err, column)
    return f
  }
  const inner = out.nested()
  const f = compiler.into(inner).compile(e)
  const val = out.fresh('g')
  const nul = out.fresh('h')
  out.emit(`let ${val} = ${zeroOf(e.type)}, ${nul} = true;`)
  out.emit('try {')
  out.append(inner)
  countNullOperand(out, f.err, column)
  out.emit(`${nul} = ${either(f.nul, f.err)}; ${onlyIf(nul, `${val} = ${f.val};`)}`)
  out.emit(`} catch (error) { ${nul} = true; report(${out.constant(column)}, error); }`)
  return { val, nul, err: 'false' }
}

/** A predicate as one JavaScript condition: NULL and failure count as false. */
export function compileCondition(out: SourceWriter, compiler: ExpressionCompiler, e: Typed, clause: string): string {
  const f = compileGuarded(out, compiler, e, clause)
  const absent = either(f.nul, f.err)
  return absent === 'false' ? f.val : `(!${absent} && ${f.val})`
}
