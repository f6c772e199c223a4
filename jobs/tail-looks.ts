import type { RejectedLine } from '../gpuz/log-reader.ts'
import { LogTail, type TailOptions } from '../gpuz/tail.ts'
import type { TailPosition } from '../gpuz/tail-event.ts'
import type { Look } from './tail-thread-message.ts'

/** Looks at a log again and again, and says what is new with where to go on. */
export class TailLooks {
  readonly #tail: LogTail
  #rejects: RejectedLine[] = []
  #first = true

  constructor(path: string, position: TailPosition | null, timezone: string) {
    const options: TailOptions = {
      timezone,
      source: path,
      statistics: true,
      onReject: (line) => this.#rejects.push(line),
    }
    this.#tail = position === null ? new LogTail(path, options) : LogTail.resume(position, options)
  }

  /** null when nothing is new; never the first time. @throws what LogTail.poll throws */
  async look(): Promise<Look | null> {
    const tail = this.#tail
    const before = tail.progress.bytes
    const events = await tail.poll()
    const { bytes, size } = tail.progress
    const rejects = this.#rejects
    this.#rejects = []
    if (!this.#first && events.length === 0 && rejects.length === 0 && bytes === before) return null
    this.#first = false
    return { events, position: tail.position(), rejects, behind: tail.behind, bytes, size }
  }

  get behind(): boolean {
    return this.#tail.behind
  }

  async close(): Promise<void> {
    await this.#tail.close()
  }
}
