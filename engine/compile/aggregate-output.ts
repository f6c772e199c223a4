import type { AggregateWriter } from './aggregate-writer.ts'
import { unbox } from './fragment.ts'
import { OutputColumns } from './output.ts'
import type { SourceWriter } from './source.ts'

/** Functions of the prologue that make rows of groups: `emit` a group as it stands, `emitTombstone`, `makeOut`, `finish`, `present`. */
export function outputFunctions(p: SourceWriter, { node, lanes, lane }: AggregateWriter): void {
  const { layout, groupBy } = node
  const windowed = node.windowPlan !== null
  const bounds = windowed ? ['ws', 'we'] : []
  const times = ['rt', ...bounds].map((name) => ({ name, array: 'Float64Array' }) as const)
  const columns = new OutputColumns(
    layout.map((c, k) => [String(k), c.type]),
    [...times, { name: 'cause', array: 'Int32Array' }],
    'O.',
  )
  const values = node.aggregates.map((_, i) => String(groupBy.length + i))
  // room for as many rows as recent batches gave; results carry the headers of the record that caused them
  p.emit('let room = 16, rowHeaders;')
  p.emit('function place(O, S, id, ts, ws, we, cause) { if (O.count === O.cap) growOut(O); const o = O.count++;')
  for (const [j] of groupBy.entries()) {
    p.emit(`const k${j} = S.keys.columns[${j}][id];`)
    columns.store(p, String(j), unbox(`k${j}`, 'false'), 'o')
  }
  if (windowed) p.emit('O.ws[o] = ws; O.we[o] = we;')
  p.emit('if (O.hd !== null) O.hd.push(rowHeaders ?? []);')
  p.emit('O.rt[o] = ts; O.cause[o] = cause; return o; }')
  p.emit('function emit(O, S, s, ts, cause) {')
  p.emit('const o = place(O, S, S.slotKey[s], ts, S.slotStart[s], S.slotEnd[s], cause);')
  for (let j = 0; j < lanes.lanes.length; j++) p.emit(`const L${j} = S.lanes[${j}];`)
  for (const [i, name] of values.entries()) columns.store(p, name, lanes.result(p, i, lane), 'o')
  p.emit('}')
  p.emit(
    'function emitTombstone(O, S, id, ts, ws, we, cause) { const o = place(O, S, id, ts, ws, we, cause); if (O.tomb === null) O.tomb = new Uint8Array(O.cap); O.tomb[o] = 1;',
  )
  for (const name of values) columns.storeAbsent(p, name, 'o')
  p.emit('}')
  const literals = layout.map((_, k) => columns.literal(String(k), k < groupBy.length ? 'null' : 'O.tomb'))
  p.emit(
    `function finish(O) { room = Math.max(16, O.count + (O.count >> 3), room - (room >> 4)); const R = new Batch(O.count, [${literals.join(', ')}], O.rt); R.tombstone = O.tomb; R.cause = O.cause; R.headers = O.hd;`,
  )
  if (windowed) p.emit('R.windowStart = O.ws; R.windowEnd = O.we;')
  p.emit('return R; }')
  const { memory, names } = columns.allocation()
  p.emit(`function makeOut(H) { const cap = room; ${memory}`)
  p.emit(`return { count: 0, cap, tomb: null, hd: H === null ? null : [],`)
  for (const [name, value] of names) p.emit(`${name}: ${value},`)
  p.emit('}; }')
  p.emit('function growOut(O) { const cap = O.cap *= 2; if (O.tomb !== null) O.tomb = grow(O.tomb, cap);')
  for (const line of columns.growth()) p.emit(line)
  p.emit('}')
  // a table that is looked at must not leave the next batches the room of all its rows
  p.emit('function present(S, slots) { const usual = room; room = Math.max(16, slots.length); const O = makeOut(null);')
  p.emit('for (let i = 0; i < slots.length; i++) emit(O, S, slots[i], S.slotTime[slots[i]], i);')
  p.emit('const next = finish(O); room = usual; return { next, previous: null }; }')
}
