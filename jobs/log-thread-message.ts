import type { ReadingBatch } from '../gpuz/batch.ts'
import type { LogReport } from '../gpuz/log-reader.ts'

/** What the thread is started with. */
export interface ThreadTask {
  readonly path: string
  /** for messages */
  readonly name: string
  readonly timezone: string
  readonly fields: readonly string[]
  readonly control: ThreadControl
}

/**
 * Two numbers that both threads see: how many batches more may be sent, and whether to stop (1). Shared memory, since a
 * message for each batch taken costs more than the rest of the hand-over.
 */
export type ThreadControl = Int32Array<SharedArrayBuffer>
export const CREDIT = 0
export const STOP = 1

export type FromThread =
  | {
      readonly kind: 'batch'
      readonly batch: ReadingBatch /** of the log, read for this batch */
      readonly bytes: number
    }
  | { readonly kind: 'end'; readonly report: LogReport }
  | { readonly kind: 'error'; readonly error: unknown }
