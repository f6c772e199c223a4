import type { Window } from '../syntax/ast.ts'
import type { WindowPlan } from './nodes.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Defaults of ksqlDB: grace is 24 h less the size (or gap), retention the size and grace together (shared/ksqldb/QTT-FORMAT.md 2.3). */
export function planWindow(window: Window): WindowPlan {
  const grace = window.grace ?? Math.max(DAY_MS - window.size, 0)
  return {
    type: window.kind,
    size: window.size,
    advance: window.advance ?? window.size,
    grace,
    retention: Math.max(window.retention ?? 0, window.size + grace),
  }
}
