import type { ReadingBatch } from '../gpuz/batch.ts'
import type { LogReport } from '../gpuz/log-reader.ts'

/** What the thread is started with. */
export interface ThreadTask {
  readonly path: string
  /** for messages */
  readonly name: string
  readonly timezone: string
  readonly fields: readonly string[]
  /** batches the thread may be ahead of what is taken */
  readonly ahead: number
}

/** `taken`: so many batches more may be sent; `stop`: read no further, report. */
export interface ToThread {
  readonly taken: number
  readonly stop: boolean
}

export type FromThread =
  | {
      readonly kind: 'batch'
      readonly batch: ReadingBatch /** of the log, read for this batch */
      readonly bytes: number
    }
  | { readonly kind: 'end'; readonly report: LogReport }
  | { readonly kind: 'error'; readonly error: unknown }
