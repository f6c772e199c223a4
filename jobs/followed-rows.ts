import type { ReadingBatch } from '../gpuz/batch.ts'
import type { LogReport } from '../gpuz/log-reader.ts'
import { NotALogError } from '../gpuz/not-a-log.ts'
import type { TailEvent, TailPosition } from '../gpuz/tail-event.ts'
import type { StoredReject } from '../store/checkpoint.ts'
import type { FeedBatch, LogFeed } from './log-feed.ts'
import { type FollowedLog, followLog } from './tail-thread.ts'
import type { Look } from './tail-thread-message.ts'

/** Where a restart goes on with a log: `rows` of generation `generation` behind `position` have been taken already. */
export interface LogPosition {
  readonly position: TailPosition | null
  readonly generation: number
  readonly rows: number
}

export interface FollowedRowsOptions {
  readonly device: string
  readonly path: string
  readonly host: string
  readonly timezone: string
  readonly intervalMs: number
  readonly saved: LogPosition | null
  readonly onNotice: (text: string) => void
}

/** The rows of one followed log as they are taken; knows at each moment how far they have been taken. */
export class FollowedRows implements LogFeed {
  readonly whole = false
  readonly #options: FollowedRowsOptions
  readonly #log: FollowedLog
  /** behind the last look of which everything has been taken */
  #position: TailPosition | null
  #look: Look | null = null
  #events: readonly TailEvent[] = []
  #next = 0
  /** ordinal behind the last row taken, in its generation */
  #taken: { generation: number; rows: number }
  #rejects: StoredReject[] = []
  #bytes = 0
  #size = 0
  #report: LogReport | null = null

  constructor(options: FollowedRowsOptions) {
    const { path, timezone, intervalMs, saved } = options
    this.#options = options
    this.#position = saved?.position ?? null
    this.#taken = { generation: saved?.generation ?? 0, rows: saved?.rows ?? 0 }
    this.#log = followLog({ path, position: this.#position, timezone, intervalMs })
  }

  /** Bytes read and bytes there are. */
  get progress(): { readonly bytes: number; readonly size: number } {
    return { bytes: this.#bytes, size: this.#size }
  }

  /** What the reader has found in the life of the log that is being read. */
  get report(): LogReport | null {
    return this.#report
  }

  position(): string {
    const position: LogPosition = { position: this.#position, ...this.#taken }
    return JSON.stringify(position)
  }

  onNews(listener: () => void): void {
    this.#log.onNews(listener)
  }

  rejects(): StoredReject[] {
    const rejects = this.#rejects
    this.#rejects = []
    return rejects
  }

  async next(): Promise<FeedBatch | null> {
    for (;;) {
      while (this.#next < this.#events.length) {
        const rows = this.#event(this.#events[this.#next++])
        if (rows !== null) return rows
      }
      this.#settle()
      const look = await this.#log.next()
      if (look === null) return null
      this.#look = look
      this.#events = look.events
      this.#next = 0
    }
  }

  /** The batch that `next` gave has been taken. */
  took({ batch, generation }: FeedBatch): void {
    this.#taken = { generation, rows: batch.row[batch.count - 1] + 1 }
  }

  async close(): Promise<void> {
    await this.#log.close()
  }

  /** Everything of the last look has been taken. */
  #settle(): void {
    if (this.#look === null) return
    const { position, rejects, bytes, size } = this.#look
    const { device, path: log, host } = this.#options
    this.#look = null
    this.#position = position
    this.#bytes = bytes
    this.#size = size
    if (position === null) return
    const { generation } = position
    this.#report = position.reader.report
    if (this.#taken.generation !== generation) this.#taken = { generation, rows: 0 }
    this.#rejects.push(
      ...rejects.map(({ line, reason, detail, firstBytes }) => ({
        device,
        host,
        log,
        generation,
        line,
        reason,
        detail,
        firstBytes,
      })),
    )
    const { lines, headers, rows } = position.reader.report
    if (lines > 0 && headers === 0 && rows === 0)
      throw new NotALogError(log, Buffer.from(rejects[0]?.firstBytes ?? '', 'latin1'))
  }

  #event(event: TailEvent): FeedBatch | null {
    const { path, onNotice } = this.#options
    switch (event.kind) {
      case 'started':
        return null
      case 'rows': {
        const { generation } = event
        const batch = this.#fresh(event.batch, generation)
        if (batch === null) return null
        return { batch, generation }
      }
      case 'ended': {
        const lost = event.unreadBytes === 0 ? '' : `; ${event.unreadBytes} bytes of it could not be read any more`
        onNotice(`${path} was ${event.reason}, reading goes on with the new log${lost}`)
        return null
      }
      case 'missing':
        onNotice(`${path} is not there (yet); waiting for it`)
        return null
      case 'unreadable':
        onNotice(`${path} cannot be read now, trying again: ${event.reason}`)
        return null
    }
  }

  /** Without the rows that were taken before a restart. */
  #fresh(batch: ReadingBatch, generation: number): ReadingBatch | null {
    const { rows } = this.#taken
    if (generation !== this.#taken.generation || batch.row[0] >= rows) return batch
    const from = batch.row.findIndex((row) => row >= rows)
    if (from < 0) return null
    const { ts, row, sensors, other, count } = batch
    return {
      count: count - from,
      ts: ts.slice(from),
      row: row.slice(from),
      sensors: new Map(
        [...sensors].map(([field, { data, nulls }]) => [
          field,
          { data: data.slice(from), nulls: nulls?.slice(from) ?? null },
        ]),
      ),
      other: other?.slice(from) ?? null,
    }
  }
}
