import type { AggregateWriter, Fragments } from './aggregate-writer.ts'

/** A row joins the sessions it touches into one; each replaced session gets a tombstone. */
export function sessionUpdate(writer: AggregateWriter, gap: number, grace: number, fragments: Fragments): void {
  const { out, node, options } = writer
  const emits = !node.emitFinal
  extendSession(writer, gap, grace, fragments)
  const mergeSlots = out.nested()
  writer.lanes.merge(
    mergeSlots,
    (j) => `L${j}[s]`,
    (j) => `L${j}[from]`,
  )
  out.emit(`const joined = S.takeSessions(id, ts, ${gap});`)
  out.emit('let start = ts, end = ts;')
  out.emit('for (const x of joined) { if (x.start < start) start = x.start; if (x.end > end) end = x.end; }')
  out.emit(
    `if (end < S.streamTime - ${grace} - ${gap}) { S.late++; for (const x of joined) S.putSession(id, x); } else {`,
  )
  if (emits) {
    out.emit('if (start !== end || joined.length > 1) for (const x of joined) {')
    out.emit('emitTombstone(O, S, id, x.end, x.start, x.end, cause);')
    if (options.previous) out.emit('emit(P, S, x.slot, x.end, cause);')
    out.emit('}')
    if (options.previous) {
      out.emit(
        'if (start === end && joined.length === 1) emit(P, S, joined[0].slot, end, cause); else emitTombstone(P, S, id, end, start, end, cause);',
      )
    }
  }
  out.emit('const s = joined.length === 0 ? S.allocate(id, start, end) : joined[0].slot;')
  writer.reloadIfGrown()
  out.emit('for (let j = 1; j < joined.length; j++) { const from = joined[j].slot;')
  out.append(mergeSlots)
  out.emit('S.free.push(from); }')
  writer.add(fragments)
  out.emit('S.slotTime[s] = end; S.putSession(id, { start, end, slot: s });')
  if (emits) out.emit('emit(O, S, s, end, cause);')
  out.emit('} }')
}

/** The common case in place: the key has one session, and the row falls into or next to it. Opens the else for all others. */
function extendSession(writer: AggregateWriter, gap: number, grace: number, fragments: Fragments): void {
  const { out, node, options } = writer
  const emits = !node.emitFinal
  out.emit('const list = S.sessions[id], one = list !== undefined && list.length === 1 ? list[0] : null;')
  out.emit(`if (one !== null && one.start <= ts + ${gap} && one.end >= ts - ${gap}) {`)
  out.emit('const s = one.slot, start = ts < one.start ? ts : one.start, end = ts > one.end ? ts : one.end;')
  out.emit(`if (end < S.streamTime - ${grace} - ${gap}) S.late++; else {`)
  if (emits) {
    out.emit('if (start !== end) {')
    out.emit('emitTombstone(O, S, id, one.end, one.start, one.end, cause);')
    if (options.previous) {
      out.emit('emit(P, S, s, one.end, cause); emitTombstone(P, S, id, end, start, end, cause);')
      out.emit('} else { emit(P, S, s, end, cause);')
    }
    out.emit('}')
  }
  writer.add(fragments)
  out.emit('one.start = start; one.end = end;')
  out.emit('S.slotStart[s] = start; S.slotEnd[s] = end; S.slotTime[s] = end;')
  if (emits) out.emit('emit(O, S, s, end, cause);')
  out.emit('} } else {')
}
