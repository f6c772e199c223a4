import type { ReadingBatch } from '../gpuz/batch.ts'
import type { LogReport } from '../gpuz/log-reader.ts'
import type { StoredReject } from '../store/checkpoint.ts'

/** Rows of one life of a log. */
export interface FeedBatch {
  readonly batch: ReadingBatch
  readonly generation: number
}

/** Where a pipeline has its rows from. */
export interface LogFeed {
  /** nothing will come behind its end */
  readonly whole: boolean
  /** bytes read and bytes there are */
  readonly progress: { readonly bytes: number; readonly size: number }
  /** what the reader has found so far, in the life of the log that is being read */
  readonly report: LogReport | null
  /** null: nothing more for now. @throws what the operating system says; NotALogError */
  next(): Promise<FeedBatch | null>
  /** the batch that `next` gave has been taken */
  took(batch: FeedBatch): void
  /** how far rows have been taken, JSON */
  position(): string
  /** lines that became no row, since the last call */
  rejects(): StoredReject[]
  /** calls back when there is more, after `next` gave null */
  onNews(listener: () => void): void
  close(): Promise<void>
}
