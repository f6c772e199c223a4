import type { LayoutColumn, MapNode } from '../plan/nodes.ts'
import { anyNode, type Typed } from '../plan/typed.ts'
import { Batch, noNulls } from '../runtime/batch.ts'
import { fieldOf, StructColumn } from '../runtime/struct-column.ts'
import type { SqlType } from '../types/sql-type.ts'
import { expandsToStructs, expansionOf } from './expansion.ts'
import { ExpressionCompiler, type ExpressionEnvironment } from './expression.ts'
import type { Fragment } from './fragment.ts'
import { compileCondition, compileGuarded, grow, OutputColumns, type ReportError } from './output.ts'
import { columnsUsed, RowSource, usesSynthetic } from './row-source.ts'
import { SourceWriter } from './source.ts'

/** One pass over a batch. `aligned` kernels keep every row (a row that fails WHERE becomes a tombstone), so that old and new rows stay paired. */
export type MapKernel = (batch: Batch) => Batch

/** Compiles filter, expansion and projection into one loop; columns that only change their name are shared, not copied. */
export function compileMap(
  node: MapNode,
  aligned: boolean,
  environment: ExpressionEnvironment,
  report: ReportError,
): MapKernel {
  const keepsRows = node.tableCalls.length === 0 && (node.where === null || aligned)
  return keepsRows ? compileDense(node, environment, report) : compileSparse(node, environment, report)
}

/** True for a key column of PARTITION BY that needs the value: NULL when there is none. */
function needsValue(e: Typed, input: readonly LayoutColumn[]): boolean {
  return anyNode(e, (x) => x.op === 'column' && input[x.index]?.role === 'value')
}

function compileDense(node: MapNode, environment: ExpressionEnvironment, report: ReportError): MapKernel {
  const input = node.input.layout
  const computed = node.outputs.flatMap((e, k) => (passesOn(e) ? [] : [k]))
  const columns = new OutputColumns(computed.map((k) => [String(k), typeOf(node, k)]))
  const out = new SourceWriter()
  const row = new RowSource(input, 'B', 'c')
  const compiler = new ExpressionCompiler(out, row, environment)
  const { where } = node
  const expressions = computed.flatMap((k) => node.outputs[k] ?? [])
  out.emit('const n = B.count, cap = n;')
  if (expressions.length === 0 && where === null) {
    out.emit('const T = B.tombstone;')
  } else {
    row.declare(out, columnsUsed(where === null ? expressions : [where, ...expressions]))
    const condition = out.nested()
    let passes = ''
    if (where !== null) {
      row.load(condition, [where])
      passes = compileCondition(condition, compiler.into(condition), where, 'WHERE')
    }
    const values = out.nested()
    row.load(values, expressions)
    for (const k of computed) {
      const e = node.outputs[k]
      if (e === undefined) continue
      columns.store(
        values,
        String(k),
        compileGuarded(values, compiler.into(values), e, node.layout[k]?.name ?? ''),
        'i',
      )
    }
    const tombstone = out.nested()
    storeTombstone(tombstone, node, computed, columns, environment)
    const { memory, names } = columns.allocation()
    out.emit(memory)
    for (const [name, value] of names) out.emit(`const ${name} = ${value};`)
    out.emit(where === null ? 'const T = B.tombstone;' : 'const T = new Uint8Array(n), BT = B.tombstone;')
    out.emit('for (let i = 0; i < n; i++) {')
    out.emit(where === null ? 'if (T !== null && T[i] === 1) {' : 'if (BT !== null && BT[i] === 1) { T[i] = 1;')
    out.append(tombstone)
    out.emit('continue; }')
    out.append(condition)
    if (where !== null) {
      out.emit(`if (!${passes}) { T[i] = 1;`)
      out.append(tombstone)
      out.emit('continue; }')
    }
    out.append(values)
    out.emit('}')
  }
  const literals = node.outputs.map(
    (e, k) => passedOn(out, e) ?? columns.literal(String(k), node.layout[k]?.role === 'key' ? 'null' : 'T'),
  )
  out.emit(`const R = new Batch(n, [${literals.join(', ')}], B.rowtime);`)
  out.emit('R.tombstone = T; R.cause = B.cause; R.headers = B.headers;')
  out.emit(
    node.rekeys
      ? 'R.keyNull = null;'
      : 'R.keyNull = B.keyNull; R.windowStart = B.windowStart; R.windowEnd = B.windowEnd;',
  )
  out.emit('return R;')
  return finish(out, `map_${environment.label}`, report)
}

function typeOf(node: MapNode, k: number) {
  const column = node.layout[k]
  if (column === undefined) throw new Error(`no output column ${k}`)
  return column.type
}

/** Row i without value: NULL values, keys as far as they can be told. In a block of its own, written after the other rows' stores. */
function storeTombstone(
  out: SourceWriter,
  node: MapNode,
  computed: readonly number[],
  columns: OutputColumns,
  environment: ExpressionEnvironment,
): void {
  const input = node.input.layout
  const row = new RowSource(input, 'B', 'c')
  const compiler = new ExpressionCompiler(out, row, environment)
  for (const k of computed) {
    const e = node.outputs[k]
    if (e === undefined) continue
    if (node.layout[k]?.role !== 'key') columns.storeAbsent(out, String(k), 'i')
    else if (needsValue(e, input) || usesSynthetic(e)) columns.storeNull(out, String(k), 'i')
    else {
      row.load(out, [e])
      columns.store(out, String(k), compileGuarded(out, compiler, e, node.layout[k]?.name ?? ''), 'i')
    }
  }
}

function passesOn(e: Typed): boolean {
  return e.op === 'column' || (e.op === 'field' && e.base.op === 'column')
}

/** A column that goes on as it is, also out of a struct; null for what is computed. */
function passedOn(out: SourceWriter, e: Typed): string | null {
  if (e.op === 'column') return `B.columns[${e.index}]`
  if (e.op !== 'field' || e.base.op !== 'column') return null
  return `fieldOf(B.columns[${e.base.index}], ${e.index}, B.count, ${out.constant(e.type)})`
}

function compileSparse(node: MapNode, environment: ExpressionEnvironment, report: ReportError): MapKernel {
  const input = node.input.layout
  const out = new SourceWriter()
  const row = new RowSource(input, 'B', 'c')
  const { where, outputs, tableCalls } = node
  const all = [...(where === null ? [] : [where]), ...outputs, ...tableCalls.flatMap((c) => c.args)]
  const expands = tableCalls.length > 0
  out.emit(
    'const n = B.count, T = B.tombstone, C = B.cause, RT = B.rowtime, KN = B.keyNull, WS = B.windowStart, WE = B.windowEnd, H = B.headers;',
  )
  // an expansion makes room for as many rows as recent batches gave
  out.emit(`let o = 0, cap = ${expands ? 'Math.max(n, room)' : 'n'};`)
  row.declare(out, columnsUsed(all))
  const slots = outputs.flatMap((_, k) => slotsOf(node, k))
  const columns = new OutputColumns(
    slots.map(({ name, type }) => [name, type]),
    [
      { name: 'oRT', array: 'Float64Array' },
      { name: 'oC', array: 'Int32Array' },
    ],
  )
  const loop = out.nested()
  out.emit(
    'let oKN = KN === null ? null : new Uint8Array(cap), oWS = WS === null ? null : new Float64Array(cap), oWE = WE === null ? null : new Float64Array(cap);',
  )
  out.emit('const oH = H === null ? null : [];')
  const compiler = new ExpressionCompiler(loop, row, environment)
  loop.emit('if (T !== null && T[i] === 1) continue;')
  if (where !== null) {
    row.load(loop, [where])
    loop.emit(`if (!${compileCondition(loop, compiler, where, 'WHERE')}) continue;`)
  }
  const evaluate = (target: SourceWriter, expressions: readonly Typed[]): Fragment[] =>
    slots.map((slot) => compileGuarded(target, compiler.into(target), slot.pick(expressions), slot.column))
  const storeRow = (fragments: readonly Fragment[]): void => {
    const stores = loop.nested()
    for (const [i, { name }] of slots.entries()) columns.store(stores, name, fragments[i] ?? fail(i), 'o')
    if (expands) loop.emit(`if (o === cap) { cap *= 2; ${[...columns.growth(), ...GROW_BESIDES].join(' ')} }`)
    loop.append(stores)
    loop.emit('oRT[o] = RT[i]; oC[o] = C === null ? i : C[i];')
    loop.emit(
      'if (oKN !== null) oKN[o] = KN[i]; if (oWS !== null) { oWS[o] = WS[i]; oWE[o] = WE[i]; } if (oH !== null) oH[o] = H[i];',
    )
    loop.emit('o++;')
  }
  if (expands) {
    const expressions = [...outputs, ...tableCalls.flatMap((c) => c.args)]
    row.load(loop, expressions)
    compiler.share(expressions)
    expansionOf(
      node,
      slots.map(({ type }) => type),
      compiler,
      loop,
      environment,
      { evaluate, storeRow },
    )
  } else {
    row.load(loop, outputs)
    storeRow(evaluate(loop, outputs))
  }
  const { memory, names } = columns.allocation()
  out.emit(memory)
  for (const [name, value] of names) out.emit(`let ${name} = ${value};`)
  out.emit('for (let i = 0; i < n; i++) {')
  out.append(loop)
  out.emit('}')
  const literals = outputs.map((_, k) => {
    const [first, ...rest] = slotsOf(node, k)
    if (first?.field === undefined) return columns.literal(String(k))
    const fields = [first, ...rest].map((slot) => columns.literal(slot.name))
    return `new StructColumn([${fields.join(', ')}], ${out.constant(typeOf(node, k))}, o)`
  })
  out.emit(`const R = new Batch(o, [${literals.join(', ')}], oRT);`)
  if (expands) out.emit('room = Math.max(16, o + (o >> 3), room - (room >> 4));')
  out.emit('R.cause = oC; R.headers = oH;')
  if (!node.rekeys) out.emit('R.keyNull = oKN; R.windowStart = oWS; R.windowEnd = oWE;')
  out.emit('return R;')
  return finish(out, `map_${environment.label}`, report)
}

/** What a row has beside columns, where the input has it. */
const GROW_BESIDES = [
  'if (oKN !== null) oKN = grow(oKN, cap);',
  'if (oWS !== null) { oWS = grow(oWS, cap); oWE = grow(oWE, cap); }',
]

/** A place values are stored in: an output column, or one field of it. */
interface Slot {
  readonly name: string
  readonly type: SqlType
  /** of the output, for counting errors */
  readonly column: string
  readonly field?: number
  pick(outputs: readonly Typed[]): Typed
}

/** An output that only ever is a STRUCT constructor is stored by its fields. */
function slotsOf(node: MapNode, k: number): Slot[] {
  const type = typeOf(node, k)
  const output = node.outputs[k]
  const column = node.layout[k]?.name ?? ''
  const constructed = output?.op === 'struct' || (output?.op === 'synthetic' && expandsToStructs(node))
  if (type.base !== 'STRUCT' || !constructed)
    return [{ name: String(k), type, column, pick: (outputs) => outputs[k] ?? fail(k) }]
  return type.fields.map((f, field) => ({
    name: `${k}_${field}`,
    type: f.type,
    column,
    field,
    pick: (outputs) => {
      const struct = outputs[k]
      return (struct?.op === 'struct' ? struct.fields[field] : undefined) ?? fail(k)
    },
  }))
}

function fail(k: number): never {
  throw new Error(`output ${k} is no struct`)
}

function finish(out: SourceWriter, label: string, report: ReportError): MapKernel {
  return out.compile<MapKernel>(
    label,
    ['B'],
    [
      out.named('Batch', Batch),
      out.named('StructColumn', StructColumn),
      out.named('fieldOf', fieldOf),
      out.named('report', report),
      out.named('grow', grow),
      out.named('noNulls', noNulls),
      'let room = 16;',
    ],
  )
}
