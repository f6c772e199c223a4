import type { WindowPlan } from '../plan/nodes.ts'
import type { AggregateWriter, Fragments } from './aggregate-writer.ts'
import type { SourceWriter } from './source.ts'

/** A row of a stream goes into each window that has its time, unless it is late for it. */
export function windowUpdates(writer: AggregateWriter, plan: WindowPlan, fragments: Fragments): void {
  const { out } = writer
  const { size, advance, grace } = plan
  const slot = () => {
    out.emit(`let s; if (w + ${size} <= S.streamTime - ${grace}) { S.late++; } else {`)
    out.emit(`if (S.lastStart[id] === w) s = S.lastSlot[id]; else { s = S.windowSlot(id, w, w + ${size});`)
    writer.reloadIfGrown()
    out.emit('}')
    writer.update(fragments)
    out.emit('}')
  }
  if (advance === size) {
    out.emit(`const w = Math.floor(ts / ${size}) * ${size};`)
    slot()
  } else {
    out.emit(
      `for (let w = Math.floor(Math.max(0, ts - ${size} + ${advance}) / ${advance}) * ${advance}; w <= ts; w += ${advance}) {`,
    )
    slot()
    out.emit('}')
  }
}

/** `close` in the prologue frees what its retention no longer covers; with EMIT FINAL what has closed is emitted instead. */
export function closeFunction(p: SourceWriter, plan: WindowPlan, { node, options }: AggregateWriter): void {
  const sessions = plan.type === 'SESSION'
  const closing = `S.streamTime - ${plan.grace + (sessions ? plan.size : 0)}`
  // a store of Kafka Streams counts retention between starts of windows, between ends of sessions
  const expiring = sessions ? `S.streamTime - ${plan.retention}` : `S.maxStart - ${plan.retention - plan.size + 1}`
  p.emit(`function closeSome(S, O, P, cause, horizon) {`)
  if (node.emitFinal && options.finalInterval > 0) {
    p.emit(`const now = clock(); if (now - S.lastEmit < ${options.finalInterval}) return; S.lastEmit = now;`)
  }
  const ts = sessions ? 'S.slotEnd[s]' : 'S.slotTime[s]'
  const lost = options.loseExpired && !sessions ? `if (S.slotStart[s] < S.maxStart - ${plan.retention}) return; ` : ''
  const previous = options.previous
    ? ' emitTombstone(P, S, S.slotKey[s], S.slotTime[s], S.slotStart[s], S.slotEnd[s], cause);'
    : ''
  const ended = node.emitFinal ? `(s) => { ${lost}emit(O, S, s, ${ts}, cause);${previous} }` : 'null'
  p.emit(`S.${sessions ? 'closeSessions' : 'closeWindows'}(horizon, ${ended}, compareKeys); }`)
  // of its own, since the closure above costs an allocation wherever it might be made: here, with every row
  p.emit(`function close(S, O, P, cause) { const horizon = ${node.emitFinal ? closing : expiring};`)
  p.emit(`if (horizon ${sessions ? '>' : '>='} S.nextClose) closeSome(S, O, P, cause, horizon); }`)
}
