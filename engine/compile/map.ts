import type { LayoutColumn, MapNode } from '../plan/nodes.ts'
import { anyNode, type Typed } from '../plan/typed.ts'
import { Batch, physicalOf } from '../runtime/batch.ts'
import { expansionOf } from './expansion.ts'
import { ExpressionCompiler, type ExpressionEnvironment } from './expression.ts'
import {
  columnLiteral,
  compileCondition,
  compileGuarded,
  declareOutput,
  grow,
  longWords,
  type ReportError,
  store,
  storeNull,
} from './output.ts'
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
  const computed = node.outputs.flatMap((e, k) => (e.op === 'column' ? [] : [k]))
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
    for (const k of computed) declareOutput(out, k, typeOf(node, k), 'const')
    out.emit(where === null ? 'const T = B.tombstone;' : 'const T = new Uint8Array(n), BT = B.tombstone;')
    out.emit('for (let i = 0; i < n; i++) {')
    if (where === null) {
      out.emit('if (T !== null && T[i] === 1) {')
      storeTombstone(out, node, computed, environment)
      out.emit('continue; }')
    } else {
      out.emit('if (BT !== null && BT[i] === 1) { T[i] = 1;')
      storeTombstone(out, node, computed, environment)
      out.emit('continue; }')
      row.load(out, [where])
      out.emit(`if (!${compileCondition(out, compiler, where, 'WHERE')}) { T[i] = 1;`)
      storeTombstone(out, node, computed, environment)
      out.emit('continue; }')
    }
    row.load(out, expressions)
    for (const k of computed) {
      const e = node.outputs[k]
      if (e !== undefined) store(out, k, e.type, compileGuarded(out, compiler, e, node.layout[k]?.name ?? ''), 'i')
    }
    out.emit('}')
  }
  const columns = node.outputs.map((e, k) =>
    computed.includes(k) ? columnLiteral(k, e.type) : `B.columns[${e.op === 'column' ? e.index : 0}]`,
  )
  out.emit(`const R = new Batch(n, [${columns.join(', ')}], B.rowtime);`)
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

/** Row i without value: NULL values, keys as far as they can be told. In a block of its own. */
function storeTombstone(
  out: SourceWriter,
  node: MapNode,
  columns: readonly number[],
  environment: ExpressionEnvironment,
): void {
  const input = node.input.layout
  const row = new RowSource(input, 'B', 'c')
  const compiler = new ExpressionCompiler(out, row, environment)
  const keys = columns.flatMap((k) => {
    const e = node.outputs[k]
    return e !== undefined && node.layout[k]?.role === 'key' && !needsValue(e, input) && !usesSynthetic(e)
      ? [{ k, e }]
      : []
  })
  row.load(
    out,
    keys.map((x) => x.e),
  )
  for (const k of columns) {
    const key = keys.find((x) => x.k === k)
    if (key === undefined) storeNull(out, k, typeOf(node, k), 'i')
    else store(out, k, key.e.type, compileGuarded(out, compiler, key.e, node.layout[k]?.name ?? ''), 'i')
  }
}

function compileSparse(node: MapNode, environment: ExpressionEnvironment, report: ReportError): MapKernel {
  const input = node.input.layout
  const out = new SourceWriter()
  const row = new RowSource(input, 'B', 'c')
  const compiler = new ExpressionCompiler(out, row, environment)
  const { where, outputs, tableCalls } = node
  const all = [...(where === null ? [] : [where]), ...outputs, ...tableCalls.flatMap((c) => c.args)]
  const expands = tableCalls.length > 0
  out.emit(
    'const n = B.count, T = B.tombstone, C = B.cause, RT = B.rowtime, KN = B.keyNull, WS = B.windowStart, WE = B.windowEnd, H = B.headers;',
  )
  // an expansion makes room for as many rows as recent batches gave
  out.emit(`let o = 0, cap = ${expands ? 'Math.max(n, room)' : 'n'};`)
  row.declare(out, columnsUsed(all))
  for (let k = 0; k < outputs.length; k++) declareOutput(out, k, typeOf(node, k), 'let')
  out.emit('let oRT = new Float64Array(cap), oC = new Int32Array(cap);')
  out.emit(
    'let oKN = KN === null ? null : new Uint8Array(cap), oWS = WS === null ? null : new Float64Array(cap), oWE = WE === null ? null : new Float64Array(cap);',
  )
  out.emit('const oH = H === null ? null : [];')
  out.emit('for (let i = 0; i < n; i++) {')
  out.emit('if (T !== null && T[i] === 1) continue;')
  if (where !== null) {
    row.load(out, [where])
    out.emit(`if (!${compileCondition(out, compiler, where, 'WHERE')}) continue;`)
  }
  const storeRow = (target: SourceWriter, expressions: readonly Typed[]) => {
    if (expands) target.emit(`if (o === cap) { ${growth(node).join(' ')} }`)
    const inner = compiler.into(target)
    for (const [k, e] of expressions.entries()) {
      store(target, k, typeOf(node, k), compileGuarded(target, inner, e, node.layout[k]?.name ?? ''), 'o')
    }
    target.emit('oRT[o] = RT[i]; oC[o] = C === null ? i : C[i];')
    target.emit(
      'if (oKN !== null) oKN[o] = KN[i]; if (oWS !== null) { oWS[o] = WS[i]; oWE[o] = WE[i]; } if (oH !== null) oH[o] = H[i];',
    )
    target.emit('o++;')
  }
  if (expands) {
    const expressions = [...outputs, ...tableCalls.flatMap((c) => c.args)]
    row.load(out, expressions)
    compiler.share(expressions)
    expansionOf(node, compiler, out, storeRow)
  } else {
    row.load(out, outputs)
    storeRow(out, outputs)
  }
  out.emit('}')
  out.emit(`const R = new Batch(o, [${outputs.map((_, k) => columnLiteral(k, typeOf(node, k))).join(', ')}], oRT);`)
  if (expands) out.emit('room = Math.max(16, o + (o >> 3), room - (room >> 4));')
  out.emit('R.cause = oC; R.headers = oH;')
  if (!node.rekeys) out.emit('R.keyNull = oKN; R.windowStart = oWS; R.windowEnd = oWE;')
  out.emit('return R;')
  return finish(out, `map_${environment.label}`, report)
}

function growth(node: MapNode): string[] {
  const lines = ['cap *= 2;']
  for (let k = 0; k < node.outputs.length; k++) {
    if (physicalOf(typeOf(node, k)) === 'ref') continue
    lines.push(`o${k} = grow(o${k}, cap); if (z${k} !== null) z${k} = grow(z${k}, cap);`)
    if (physicalOf(typeOf(node, k)) === 'i64') lines.push(longWords(k))
  }
  lines.push('oRT = grow(oRT, cap); oC = grow(oC, cap); if (oKN !== null) oKN = grow(oKN, cap);')
  lines.push('if (oWS !== null) { oWS = grow(oWS, cap); oWE = grow(oWE, cap); }')
  return lines
}

function finish(out: SourceWriter, label: string, report: ReportError): MapKernel {
  const named = (value: unknown, name: string) => `const ${name} = ${out.constant(value)};`
  return out.compile<MapKernel>(
    label,
    ['B'],
    [named(Batch, 'Batch'), named(report, 'report'), named(grow, 'grow'), 'let room = 16;'],
  )
}
