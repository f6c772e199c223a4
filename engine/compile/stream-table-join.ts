import type { StreamTableJoinNode } from '../plan/nodes.ts'
import { nullColumn } from '../runtime/adapter.ts'
import { Batch, gather, noNulls, withoutTombstones } from '../runtime/batch.ts'
import type { TableStore } from '../runtime/table-store.ts'
import { ExpressionCompiler, type ExpressionEnvironment } from './expression.ts'
import { box, either, unbox } from './fragment.ts'
import { compileGuarded, OutputColumns, type ReportError } from './output.ts'
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
  const { left, right, inner, leftKey, layout } = node
  const out = new SourceWriter()
  const row = new RowSource(left.layout, 'B', 'c')
  const compiler = new ExpressionCompiler(out, row, environment)
  const leftCount = left.layout.length
  const shared = !inner
  out.emit('B = withoutTombstones(B); const n = B.count, cap = n, C = B.cause;')
  row.declare(out, columnsUsed([leftKey]))
  if (!shared) {
    out.emit('const oRT = new Float64Array(cap), oC = new Int32Array(cap), keep = new Int32Array(cap);')
  }
  // the table does not change while a batch is joined, so neighbours with one key need one lookup
  out.emit('let matches = null, o = 0, lastKey = undefined, r = undefined;')
  out.emit('for (let i = 0; i < n; i++) {')
  row.load(out, [leftKey])
  const key = compileGuarded(out, compiler, leftKey, 'JOIN')
  const absent = either(key.nul, key.err)
  out.emit(`const key = ${absent === 'false' ? box(key, leftKey.type) : `${absent} ? null : ${key.val}`};`)
  if (left.window === null) {
    out.emit('if (key !== lastKey) { r = key === null ? undefined : table.get(key); lastKey = key; }')
  } else {
    const size = right.window?.size ?? null
    const end = size === null ? 'B.windowEnd[i]' : `B.windowStart[i] + ${size}`
    out.emit(`r = key === null ? undefined : table.row([key], [B.windowStart[i], ${end}])?.values;`)
  }
  if (inner) out.emit('if (r === undefined) continue;')
  out.emit('if (r !== undefined) { matches ??= new Array(n); matches[o] = r; }')
  if (!shared) out.emit('oRT[o] = B.rowtime[i]; oC[o] = C === null ? i : C[i]; keep[o] = i;')
  out.emit('o++; }')
  const looked = layout.flatMap((c, k) => (k >= leftCount ? [{ k, type: c.type }] : []))
  // a batch without any match, the usual one where few devices have rows of their own, needs no columns of its own
  out.emit(`let ${looked.map(({ k }) => `R${k}`).join(', ')};`)
  out.emit('if (matches !== null) {')
  const columns = new OutputColumns(looked.map(({ k, type }) => [String(k), type]))
  const stores = out.nested()
  for (const { k } of looked) {
    stores.emit(`const v${k} = r === undefined ? null : r[${k - leftCount}];`)
    columns.store(stores, String(k), unbox(`v${k}`, 'false'), 'i')
  }
  const { memory, names } = columns.allocation()
  out.emit(memory)
  for (const [name, value] of names) out.emit(`const ${name} = ${value};`)
  out.emit('for (let i = 0; i < o; i++) { const r = matches[i];')
  out.append(stores)
  out.emit('}')
  for (const { k } of looked) out.emit(`R${k} = ${columns.literal(String(k))};`)
  out.emit('} else {')
  for (const { k, type } of looked) out.emit(`R${k} = nullColumn(${out.constant(type)}, n);`)
  out.emit('}')
  const joined = layout.map((_, k) => {
    if (k >= leftCount) return `R${k}`
    return shared ? `B.columns[${k}]` : `gather(B.columns[${k}], keep, o)`
  })
  if (shared) {
    out.emit(`const R = new Batch(n, [${joined.join(', ')}], B.rowtime);`)
    out.emit('R.cause = C; R.headers = B.headers; R.windowStart = B.windowStart; R.windowEnd = B.windowEnd;')
  } else {
    out.emit(`const R = new Batch(o, [${joined.join(', ')}], oRT);`)
    out.emit('R.cause = oC; if (B.headers !== null) R.headers = Array.from(keep.subarray(0, o), (i) => B.headers[i]);')
    out.emit(
      'if (B.windowStart !== null) { R.windowStart = Float64Array.from(keep.subarray(0, o), (i) => B.windowStart[i]); R.windowEnd = Float64Array.from(keep.subarray(0, o), (i) => B.windowEnd[i]); }',
    )
  }
  out.emit('return R;')
  return out.compile(
    `join_${environment.label}`,
    ['B'],
    [
      out.named('Batch', Batch),
      out.named('report', report),
      out.named('table', table),
      out.named('gather', gather),
      out.named('nullColumn', nullColumn),
      out.named('noNulls', noNulls),
      out.named('withoutTombstones', withoutTombstones),
    ],
  )
}
