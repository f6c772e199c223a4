import type { StreamTableJoinNode } from '../plan/nodes.ts'
import { Batch, gather, withoutTombstones } from '../runtime/batch.ts'
import type { TableStore } from '../runtime/table-store.ts'
import { box, ExpressionCompiler, type ExpressionEnvironment, either, unbox } from './expression.ts'
import { columnLiteral, compileGuarded, declareOutput, type ReportError, store } from './output.ts'
import { columnsUsed, RowSource } from './row-source.ts'
import { SourceWriter } from './source.ts'

/**
 * Looks the table's row up for every row of the stream. LEFT keeps rows without a match (also those without key), INNER drops them; rows without
 * value are dropped by both, as Kafka Streams does.
 */
export function compileStreamTableJoin(
  node: StreamTableJoinNode,
  table: TableStore,
  environment: ExpressionEnvironment,
  report: ReportError,
): (batch: Batch) => Batch {
  const { left, inner, leftKey, layout } = node
  const out = new SourceWriter()
  const row = new RowSource(left.layout, 'B', 'c')
  const compiler = new ExpressionCompiler(out, row, environment)
  const leftCount = left.layout.length
  const shared = !inner
  const copied = layout.map((_, k) => k).filter((k) => k >= leftCount || !shared)
  out.emit('B = withoutTombstones(B); const n = B.count, cap = n, C = B.cause;')
  row.declare(out, columnsUsed([leftKey]))
  if (!shared) {
    for (let k = 0; k < leftCount; k++) out.emit(`const a${k} = B.columns[${k}];`)
    out.emit('const oRT = new Float64Array(cap), oC = new Int32Array(cap), keep = new Int32Array(cap);')
  }
  for (const k of copied) {
    const type = layout[k]?.type
    if (type !== undefined && k >= leftCount) declareOutput(out, k, type, 'const')
  }
  // the table does not change while a batch is joined, so neighbours with one key need one lookup
  out.emit('let o = 0, lastKey = undefined, r = undefined;')
  out.emit('for (let i = 0; i < n; i++) {')
  row.load(out, [leftKey])
  const key = compileGuarded(out, compiler, leftKey, 'JOIN')
  const absent = either(key.nul, key.err)
  out.emit(`const key = ${absent === 'false' ? box(key, leftKey.type) : `${absent} ? null : ${key.val}`};`)
  out.emit('if (key !== lastKey) { r = key === null ? undefined : table.get(key); lastKey = key; }')
  if (inner) out.emit('if (r === undefined) continue;')
  for (let k = leftCount; k < layout.length; k++) {
    const type = layout[k]?.type
    if (type === undefined) continue
    out.emit(`const v${k} = r === undefined ? null : r[${k - leftCount}];`)
    store(out, k, type, unbox(`v${k}`, 'false', type), 'o')
  }
  if (!shared) out.emit('oRT[o] = B.rowtime[i]; oC[o] = C === null ? i : C[i]; keep[o] = i;')
  out.emit('o++; }')
  const columns = layout.map((c, k) => {
    if (k >= leftCount) return columnLiteral(k, c.type)
    return shared ? `B.columns[${k}]` : `gather(B.columns[${k}], keep, o)`
  })
  if (shared) {
    out.emit(`const R = new Batch(n, [${columns.join(', ')}], B.rowtime);`)
    out.emit('R.cause = C; R.headers = B.headers; R.windowStart = B.windowStart; R.windowEnd = B.windowEnd;')
  } else {
    out.emit(`const R = new Batch(o, [${columns.join(', ')}], oRT);`)
    out.emit('R.cause = oC; if (B.headers !== null) R.headers = Array.from(keep.subarray(0, o), (i) => B.headers[i]);')
    out.emit(
      'if (B.windowStart !== null) { R.windowStart = Float64Array.from(keep.subarray(0, o), (i) => B.windowStart[i]); R.windowEnd = Float64Array.from(keep.subarray(0, o), (i) => B.windowEnd[i]); }',
    )
  }
  out.emit('return R;')
  const named = (value: unknown, name: string) => `const ${name} = ${out.constant(value)};`
  return out.compile(
    `join_${environment.label}`,
    ['B'],
    [
      named(Batch, 'Batch'),
      named(report, 'report'),
      named(table, 'table'),
      named(gather, 'gather'),
      named(withoutTombstones, 'withoutTombstones'),
    ],
  )
}
