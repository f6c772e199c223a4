import type { WindowPlan } from '../plan/nodes.ts'
import type { AggregateState } from './aggregate-state.ts'

/**
 * The slots whose rows make up the table of an aggregation, in no order that is promised: all groups, or the windows that their retention still
 * covers. With EMIT FINAL only windows that have given their result, and of them the newest of each key.
 */
export function presentSlots(state: AggregateState, window: WindowPlan | null, emitFinal: boolean): number[] {
  if (window === null) return state.lastSlot.filter((slot) => slot !== undefined)
  const sessions = window.type === 'SESSION'
  const open = sessions
    ? state.sessions.flatMap((list) => list.map((session) => session.slot))
    : state.windows.flatMap((windows) => [...windows.values()])
  if (!emitFinal) return open
  const finals = state.finals.flat()
  // counted as where windows of EMIT CHANGES expire (compile/aggregate.ts): between starts, of sessions between ends
  const bounds = sessions ? state.slotEnd : state.slotStart
  const boundOf = (slot: number) => bounds[slot] ?? 0
  const newest = [...open, ...finals].reduce((latest, slot) => Math.max(latest, boundOf(slot)), -Infinity)
  return finals.filter((slot) => boundOf(slot) >= newest - window.retention)
}
