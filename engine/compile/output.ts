import type { Typed } from '../plan/typed.ts'
import { physicalOf } from '../runtime/batch.ts'
import type { SqlType } from '../types/sql-type.ts'
import { type ExpressionCompiler, either, type Fragment, mayThrow, numberInside, onlyIf } from './expression.ts'
import { type SourceWriter, zeroOf } from './source.ts'

/** Called when an expression fails: the column becomes NULL and the failure is counted. */
export type ReportError = (column: string, error: unknown) => void

export const ALLOCATE = { f64: 'Float64Array', i32: 'Int32Array', i64: 'BigInt64Array', bool: 'Uint8Array' } as const

/**
 * The arrays of one batch as views of a single memory: a batch has dozens of columns, and each array with memory of its own would cost the
 * garbage collector more than the rows cost us. Gives an expression for each column (`M` is the memory, `cap` the rows), and its size.
 */
export class Slab {
  private bytes = 0
  private readonly waiting: { size: number; place: (offset: number) => void }[] = []
  private readonly texts = new Map<string, string>()

  add(name: string, array: 'Float64Array' | 'BigInt64Array' | 'Int32Array' | 'Uint8Array'): void {
    const size = array === 'Uint8Array' ? 1 : array === 'Int32Array' ? 4 : 8
    this.waiting.push({ size, place: (offset) => this.texts.set(name, `new ${array}(M, ${offset} * cap, cap)`) })
  }

  /** Lays the columns out, wide ones first so that all are aligned; gives the line that makes the memory. */
  allocate(): string {
    for (const { size, place } of this.waiting.sort((a, b) => b.size - a.size)) {
      place(this.bytes)
      this.bytes += size
    }
    return `const M = new ArrayBuffer(${this.bytes} * cap);`
  }

  view(name: string): string {
    const text = this.texts.get(name)
    if (text === undefined) throw new Error(`no column ${name} in the slab`)
    return text
  }
}

/** Declares `o<k>` (data) and `z<k>` (nulls, made on the first NULL) for an output column of `cap` rows. */
export function declareOutput(out: SourceWriter, k: number | string, type: SqlType, binding: 'const' | 'let'): void {
  const physical = physicalOf(type)
  out.emit(`${binding} o${k} = ${physical === 'ref' ? 'new Array(cap)' : `new ${ALLOCATE[physical]}(cap)`};`)
  if (physical !== 'ref') out.emit(`let z${k} = null;`)
  if (physical === 'i64') out.emit(`${binding} ${longWords(k)}`)
}

/** `w<k>`: the same memory in words of 32 bits, low word first, so that whole numbers are stored without making a BigInt of each. */
export function longWords(k: number | string, target = ''): string {
  return `${target}w${k} = new Int32Array(${target}o${k}.buffer, ${target}o${k}.byteOffset, 2 * ${target}o${k}.length);`
}

/** Stores a fragment into row `row` of output column k; `target` is the object that holds the arrays, where they are not locals. */
export function store(
  out: SourceWriter,
  k: number | string,
  type: SqlType,
  f: Fragment,
  row: string,
  target = '',
): void {
  const physical = physicalOf(type)
  const absent = either(f.nul, f.err)
  if (physical === 'ref') {
    out.emit(`${target}o${k}[${row}] = ${absent === 'false' ? f.val : `${absent} ? null : ${f.val}`};`)
    return
  }
  const write =
    physical === 'i64'
      ? storeLong(k, f.val, row, target)
      : `${target}o${k}[${row}] = ${physical === 'bool' ? `${f.val} ? 1 : 0` : f.val};`
  if (absent === 'false') out.emit(write)
  else if (absent === 'true') storeNull(out, k, type, row, target)
  else {
    out.emit(`if (${absent}) {`)
    storeNull(out, k, type, row, target)
    out.emit(`} else ${write}`)
  }
}

function storeLong(k: number | string, val: string, row: string, target: string): string {
  const number = numberInside(val)
  if (number === null) return `${target}o${k}[${row}] = ${val};`
  const words = `${target}w${k}[2 * ${row}`
  return `{ const x = ${number}; ${words}] = x | 0; ${words} + 1] = Math.floor(x / 4294967296); }`
}

export function storeNull(out: SourceWriter, k: number | string, type: SqlType, row: string, target = ''): void {
  if (physicalOf(type) === 'ref') out.emit(`${target}o${k}[${row}] = null;`)
  else
    out.emit(`if (${target}z${k} === null) ${target}z${k} = new Uint8Array(${target}cap); ${target}z${k}[${row}] = 1;`)
}

export function columnLiteral(k: number | string, type: SqlType, target = ''): string {
  return `{ data: ${target}o${k}, nulls: ${physicalOf(type) === 'ref' ? 'null' : `${target}z${k}`} }`
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
