import { type FileHandle, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LogReader, type LogReaderOptions } from './log-reader.ts'
import type { EndReason, FileIdentity, TailEvent, TailPosition } from './tail-event.ts'
import { identityOf, openFile, sameFile, statOrNull } from './tail-file.ts'
import { type SavedMark, TailMark } from './tail-mark.ts'

export interface TailOptions extends LogReaderOptions {
  /** ms between two polls of `follow`; default 1000, the pace at which GPU-Z writes */
  readonly intervalMs?: number
  /** bytes read in one poll at most; default 8 MiB. A backlog is read poll by poll, in bounded memory */
  readonly pollBytes?: number
  /** waits between two polls; default the machine's timer */
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>
}

const CHUNK_BYTES = 1 << 20
const DEFAULT_POLL_BYTES = 8 * CHUNK_BYTES
/** Another program holds the file for a moment, or a share is away for a while. */
const PASSING = new Set([
  'EACCES',
  'EBUSY',
  'EPERM',
  'EIO',
  'ESTALE',
  'EMFILE',
  'ENFILE',
  'ETIMEDOUT',
  'ENETDOWN',
  'EHOSTDOWN',
])

/** One life of the log, and how far it was read. */
interface Generation {
  readonly number: number
  readonly reader: LogReader
  /** null until the file is there to check it against, after a restart */
  mark: TailMark | null
  readonly savedMark: SavedMark | null
  offset: number
  size: number
  file: FileIdentity
  /** `drained`: read to its end after it lost its name; `unseen`: to be found again; `gone`: looked for in vain */
  whereabouts: 'open' | 'drained' | 'unseen' | 'gone'
}

/**
 * Follows a log that another program writes, by polling: works on every file system, network shares included.
 *
 * Promise: each row is given once, when its line is complete. Rows are lost only if they were cut off or deleted before a poll
 * could read them; then an `ended` event says so and counts the bytes that were known. A file renamed (rotation) is read to
 * its end before the new one is begun; rows written to it after that are not seen. A file whose first and last bytes are those
 * read before is the same log, whatever its name or inode (see tail-mark.ts).
 *
 * The file stays open between polls, so a deleted file can be read to its end; Node opens files on Windows so that others may
 * still rename and delete them.
 */
export class LogTail {
  readonly path: string
  readonly #options: TailOptions
  #generation: Generation | null = null
  #count = 0
  #handle: FileHandle | null = null
  #behind = false
  #lastTrouble = ''

  constructor(path: string, options: TailOptions) {
    this.path = path
    this.#options = options
  }

  /** A tail that goes on where `position` was taken. Options must be those of the tail that took it. */
  static resume(position: TailPosition, options: TailOptions): LogTail {
    const tail = new LogTail(position.path, options)
    tail.#count = position.generation + 1
    tail.#generation = {
      number: position.generation,
      reader: LogReader.restore(position.reader, options),
      mark: null,
      savedMark: position.mark,
      offset: position.offset,
      size: position.size,
      file: position.file,
      whereabouts: 'unseen',
    }
    return tail
  }

  /** Where to go on after a restart; null while the log was never there. */
  position(): TailPosition | null {
    const generation = this.#generation
    if (generation === null) return null
    const mark = generation.mark?.save() ?? generation.savedMark
    if (mark === null) return null
    const { number, offset, size, file, reader } = generation
    return { version: 1, path: this.path, generation: number, offset, size, file, mark, reader: reader.snapshot() }
  }

  /** How far the log is read, in bytes of what it had when it was last looked at. */
  get progress(): { readonly bytes: number; readonly size: number } {
    return { bytes: this.#generation?.offset ?? 0, size: this.#generation?.size ?? 0 }
  }

  /** Whether the last poll left bytes of a backlog unread. */
  get behind(): boolean {
    return this.#behind
  }

  /**
   * Looks at the log once and returns what is new. Must not be called again before it has returned.
   * @throws Error when the path is a folder, or for trouble that waiting does not mend
   */
  async poll(): Promise<TailEvent[]> {
    const events: TailEvent[] = []
    this.#behind = false
    try {
      if (this.#handle === null) await this.#openPath(events)
      else await this.#readOpenFile(this.#handle, events)
      // The old file is done with; the next one may be there already.
      if (this.#handle === null && !this.#behind) await this.#openPath(events)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === undefined || !PASSING.has(code)) throw error
      await this.#closeFile()
      if (this.#generation !== null) this.#generation.whereabouts = 'unseen'
      this.#say({ kind: 'unreadable', reason: message }, events)
    }
    return events
  }

  /** Polls until `signal` is aborted, then closes the file. */
  async *follow(signal: AbortSignal): AsyncGenerator<TailEvent, void, undefined> {
    const { intervalMs = 1000, wait = waitFor } = this.#options
    try {
      while (!signal.aborted) {
        yield* await this.poll()
        if (!this.#behind && !signal.aborted) await wait(intervalMs, signal)
      }
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    await this.#closeFile()
  }

  async #readOpenFile(handle: FileHandle, events: TailEvent[]): Promise<void> {
    const current = this.#generation
    if (current === null) return
    // Looked at first: whatever the writer wrote before it renamed the file is then read below.
    const atPath = await statOrNull(this.path)
    const stillNamed = atPath !== null && sameFile(identityOf(atPath), current.file)
    await this.#readOn(handle, events)
    if (stillNamed || this.#behind) return
    // Renamed, and nothing has its name yet: the writer may still have it open.
    if (atPath === null && (await handle.stat({ bigint: true })).nlink > 0n) {
      this.#say({ kind: 'missing' }, events)
      return
    }
    current.whereabouts = 'drained'
    await this.#closeFile()
  }

  async #openPath(events: TailEvent[]): Promise<void> {
    const handle = await openFile(this.path)
    this.#handle = handle
    const identity = handle === null ? null : identityOf(await handle.stat({ bigint: true }))
    const current = this.#generation
    if (current !== null) {
      const known = handle !== null && (await knows(current, handle))
      if (current.whereabouts === 'unseen') {
        // Two logs of which only the header was read look alike, so the inode is asked first.
        const same = known && identity !== null && sameFile(identity, current.file)
        const rotated = same ? null : await findRotated(this.path, current)
        if (rotated !== null) {
          await this.#closeFile()
          this.#handle = rotated
          current.whereabouts = 'open'
          await this.#readOpenFile(rotated, events)
          return
        }
        current.whereabouts = 'gone'
      }
      if (handle !== null && !known)
        this.#end(current, current.whereabouts === 'drained' ? 'rotated' : 'replaced', events)
    }
    if (handle === null || identity === null) {
      this.#say({ kind: 'missing' }, events)
      return
    }
    this.#lastTrouble = ''
    const generation = this.#generation ?? this.#begin(identity, current, events)
    generation.file = identity
    generation.whereabouts = 'open'
    await this.#readOn(handle, events)
  }

  /** Reads what was appended; where the content is not the one read so far, ends the generation and begins the next. */
  async #readOn(handle: FileHandle, events: TailEvent[]): Promise<void> {
    const { size: bigSize } = await handle.stat({ bigint: true })
    const size = Number(bigSize)
    let generation = this.#generation
    if (generation === null) return
    // A log only grows: one that shrank was cut, even where it is still longer than what was read of it.
    if (size < generation.size) generation = this.#restart(generation, 'truncated', events)
    else if (!(await knows(generation, handle))) generation = this.#restart(generation, 'rewritten', events)
    generation.size = size

    let budget = this.#options.pollBytes ?? DEFAULT_POLL_BYTES
    while (generation.offset < size && budget > 0) {
      const wanted = Math.min(CHUNK_BYTES, budget, size - generation.offset)
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, generation.offset)
      if (bytesRead === 0) return
      const chunk = buffer.subarray(0, bytesRead)
      for (const batch of generation.reader.push(chunk))
        events.push({ kind: 'rows', generation: generation.number, batch })
      generation.mark?.append(chunk)
      generation.offset += bytesRead
      budget -= bytesRead
    }
    this.#behind = generation.offset < size
  }

  #restart(old: Generation, reason: EndReason, events: TailEvent[]): Generation {
    this.#end(old, reason, events)
    return this.#begin(old.file, old, events)
  }

  #begin(file: FileIdentity, previous: Generation | null, events: TailEvent[]): Generation {
    const generation: Generation = {
      number: this.#count++,
      reader:
        previous !== null && sameFile(previous.file, file) ? this.#readerAfter(previous) : new LogReader(this.#options),
      mark: new TailMark(),
      savedMark: null,
      offset: 0,
      size: 0,
      file,
      whereabouts: 'open',
    }
    this.#generation = generation
    events.push({ kind: 'started', generation: generation.number })
    return generation
  }

  /** A program whose log was cut under it goes on without a header (FORMAT.md, hazards 8 and 9): the old one still holds. */
  #readerAfter({ reader }: Generation): LogReader {
    const { header, dateOrder } = reader.snapshot()
    return LogReader.restore({ ...new LogReader(this.#options).snapshot(), header, dateOrder }, this.#options)
  }

  #end(generation: Generation, reason: EndReason, events: TailEvent[]): void {
    this.#generation = null
    const { number, reader, size } = generation
    const unreadBytes = size - reader.snapshot().offset
    events.push({ kind: 'ended', generation: number, reason, unreadBytes, report: reader.report })
  }

  #say(event: TailEvent & { kind: 'missing' | 'unreadable' }, events: TailEvent[]): void {
    const trouble = event.kind === 'missing' ? event.kind : event.reason
    if (trouble !== this.#lastTrouble) events.push(event)
    this.#lastTrouble = trouble
  }

  async #closeFile(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    await handle?.close()
  }
}

/** Whether `handle` is the file of which this generation has read the first bytes. */
async function knows(generation: Generation, handle: FileHandle): Promise<boolean> {
  if (generation.mark !== null) return generation.mark.matches(handle, generation.offset)
  if (generation.savedMark === null) return false
  const mark = await TailMark.restore(generation.savedMark, handle, generation.offset)
  if (mark === null) return false
  generation.mark = mark
  await readAgain(generation, handle)
  return true
}

/** Gives a restored reader the start of the record that was not complete when it was saved: bytes that complete no row. */
async function readAgain({ reader, offset }: Generation, handle: FileHandle): Promise<void> {
  for (let at = reader.snapshot().offset; at < offset; ) {
    const wanted = Math.min(CHUNK_BYTES, offset - at)
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at)
    if (bytesRead === 0) return
    reader.push(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
}

/** The file of a stopped tail under the name it was rotated to: in the same folder, with the same inode and content. */
async function findRotated(path: string, generation: Generation): Promise<FileHandle | null> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    const candidate = join(folder, name)
    const found = await statOrNull(candidate)
    if (found === null || !found.isFile() || !sameFile(identityOf(found), generation.file)) continue
    const handle = await open(candidate, 'r')
    if (await knows(generation, handle)) return handle
    await handle.close()
  }
  return null
}

async function waitFor(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}
