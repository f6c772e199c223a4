import type { ReadingBatch } from './batch.ts'
import type { LogReaderState } from './log-reader.ts'
import type { LogReport } from './report.ts'
import type { SavedMark } from './tail-mark.ts'

/**
 * What a poll of a log finds. A generation is one life of the log: it ends when the file is cut, rewritten, or another file
 * takes its name, and rows are numbered anew in the next.
 */
export type TailEvent =
  | { readonly kind: 'started'; readonly generation: number }
  | { readonly kind: 'rows'; readonly generation: number; readonly batch: ReadingBatch }
  | {
      readonly kind: 'ended'
      readonly generation: number
      readonly reason: EndReason
      /** bytes that were seen to be there and became no row; what came and went between two polls nobody can count */
      readonly unreadBytes: number
      readonly report: LogReport
    }
  /** the log is not there (yet, or any more); said once */
  | { readonly kind: 'missing' }
  /** the log is there and cannot be read now; said once for each reason, polling goes on */
  | { readonly kind: 'unreadable'; readonly reason: string }

/**
 * `truncated`: the file is shorter than what was read. `rewritten`: same file, other content. `rotated`: another file has
 * its name, the old one was read to its end. `replaced`: another file has its name, and the old one was gone before it could
 * be read to its end.
 */
export type EndReason = 'truncated' | 'rewritten' | 'rotated' | 'replaced'

/** Where a tail stands; JSON. Saved together with what was made of the rows, it makes a restart neither lose nor repeat one. */
export interface TailPosition {
  readonly version: 1
  readonly path: string
  readonly generation: number
  /** bytes read; the reader is done with those up to its own, lower offset */
  readonly offset: number
  /** bytes the file had when it was last seen */
  readonly size: number
  /** device and inode, where the file system has them: finds a rotated file by another name */
  readonly file: FileIdentity
  readonly mark: SavedMark
  readonly reader: LogReaderState
}

export interface FileIdentity {
  readonly device: string
  readonly inode: string
}
