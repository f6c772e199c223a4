import type { Window } from '../syntax/ast.ts'
import type { WindowPlan } from './nodes.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Defaults of ksqlDB: grace is 24 h less the size (or gap), none with EMIT FINAL; retention is the size and grace together
 * (shared/ksqldb/QTT-FORMAT.md 2.3; EMIT FINAL as its recorded outputs show).
 */
export function planWindow(window: Window, emitFinal: boolean): WindowPlan {
  const grace = window.grace ?? (emitFinal ? 0 : Math.max(DAY_MS - window.size, 0))
  return {
    type: window.kind,
    size: window.size,
    advance: window.advance ?? window.size,
    grace,
    retention: Math.max(window.retention ?? 0, window.size + grace),
  }
}
