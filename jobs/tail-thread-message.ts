import type { RejectedLine } from '../gpuz/log-reader.ts'
import type { TailEvent, TailPosition } from '../gpuz/tail-event.ts'
import type { ThreadControl } from './log-thread-message.ts'

/** What the thread is started with. */
export interface TailTask {
  readonly path: string
  /** where to go on; null: from the start */
  readonly position: TailPosition | null
  readonly timezone: string
  /** ms between two looks at the log */
  readonly intervalMs: number
  readonly control: ThreadControl
}

/** What one look at a log has found. */
export interface Look {
  readonly events: readonly TailEvent[]
  /** behind the events: where a restart goes on when all of them have been taken */
  readonly position: TailPosition | null
  readonly rejects: readonly RejectedLine[]
  /** the log has more already */
  readonly behind: boolean
  /** bytes read, of how many */
  readonly bytes: number
  readonly size: number
}

export type FromTail =
  | { readonly kind: 'look'; readonly look: Look }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: unknown }
