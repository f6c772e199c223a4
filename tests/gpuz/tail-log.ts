import { appendFileSync, existsSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { type LogColumn, RecordWriter } from '../../gpuz/simulator/record-writer.ts'
import type { TailEvent } from '../../gpuz/tail-event.ts'

/** Two sets of columns, as after an update of GPU-Z or a change of its settings. */
export const LAYOUTS: readonly (readonly LogColumn[])[] = [
  [
    { header: 'GPU Clock [MHz]', decimals: 1 },
    { header: 'GPU Temperature [°C]', decimals: 1 },
  ],
  [
    { header: 'GPU Load [%]', decimals: 0 },
    { header: 'GPU Clock [MHz]', decimals: 1 },
    { header: 'Board Power Draw [W]', decimals: 1 },
  ],
]
const writers = LAYOUTS.map((columns) => new RecordWriter(columns))

const START = Date.UTC(2024, 0, 1)

/** The row with number `id`, told apart by its stamp and by its clock. */
export function record(id: number, layout = 0): Buffer {
  const writer = writers[layout]
  const bytes = Buffer.alloc(writer.width)
  const clock = clockOf(id)
  writer.write(bytes, 0, START + id * 1000, Float64Array.from(layout === 0 ? [clock, 60] : [50, clock, 120]))
  return bytes
}

export function header(layout = 0): Uint8Array {
  return writers[layout].header
}

function clockOf(id: number): number {
  return 300 + (id % 1_500)
}

/** Numbers of the rows that were given, in order; a row that nobody wrote is an error. */
export function rowIds(events: readonly TailEvent[]): number[] {
  const ids: number[] = []
  for (const event of events) {
    if (event.kind !== 'rows') continue
    const { count, ts, sensors } = event.batch
    for (let i = 0; i < count; i++) {
      const id = (ts[i] - START) / 1000
      if (!Number.isInteger(id) || sensors.get('gpu_clock')?.data[i] !== clockOf(id)) {
        throw new Error(`row that nobody wrote: stamp ${ts[i]}, clock ${sensors.get('gpu_clock')?.data[i]}`)
      }
      ids.push(id)
    }
  }
  return ids
}

/** A program that writes a log, and the things people do to its file. */
export class LogWriter {
  readonly path: string
  layout = 0
  #nextId = 0
  #rest: Buffer | null = null
  #rotations = 0
  /** the file has a header of this run of the program */
  #started = false

  constructor(path: string) {
    this.path = path
  }

  /** Appends `count` rows; a missing file or an empty one gets its header first. */
  append(count: number): number[] {
    const completed = this.finish()
    return [...completed, ...this.#rows(count)]
  }

  /** Appends the first `share` of a row, never all of it. */
  appendHalf(share: number): void {
    this.finish()
    this.#ensureHeader()
    const bytes = record(this.#nextId, this.layout)
    const cut = 1 + Math.floor(share * (bytes.length - 2))
    appendFileSync(this.path, bytes.subarray(0, cut))
    this.#rest = bytes.subarray(cut)
  }

  /** Finishes a half row; returns its number. */
  finish(): number[] {
    if (this.#rest === null) return []
    appendFileSync(this.path, this.#rest)
    this.#rest = null
    return [this.#nextId++]
  }

  /** Appends a header in the middle, as a restart of GPU-Z does. */
  restart(): number[] {
    const completed = this.finish()
    appendFileSync(this.path, header(this.layout))
    return completed
  }

  rotate(): void {
    if (existsSync(this.path)) renameSync(this.path, `${this.path}.${++this.#rotations}`)
    this.#abandon()
  }

  truncate(): void {
    if (existsSync(this.path)) truncateSync(this.path, 0)
    this.#abandon()
  }

  delete(): void {
    rmSync(this.path, { force: true })
    this.#abandon()
  }

  /** Writes the file anew in place, with the given columns. */
  rewrite(layout: number, count: number): number[] {
    this.layout = layout
    this.#abandon()
    writeFileSync(this.path, header(layout))
    return this.#rows(count)
  }

  #rows(count: number): number[] {
    this.#ensureHeader()
    const ids = Array.from({ length: count }, () => this.#nextId++)
    appendFileSync(this.path, Buffer.concat(ids.map((id) => record(id, this.layout))))
    return ids
  }

  #ensureHeader(): void {
    if (!existsSync(this.path)) this.#started = false
    if (!this.#started) appendFileSync(this.path, header(this.layout))
    this.#started = true
  }

  /** A half row that is not there any more is never finished; its number is not used again. */
  #abandon(): void {
    if (this.#rest !== null) this.#nextId++
    this.#rest = null
    this.#started = false
  }
}
