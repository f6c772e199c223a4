import type { LiveReadings, Range } from '../../api.ts'

type Value = number | null

export interface Line {
  readonly min: Value[]
  readonly max: Value[]
  readonly avg: Value[]
}

/** Readings further apart than this many steps, and than this many ms, have a pause between them. */
const PAUSE_STEPS = 5
const PAUSE_MS = 5_000

/** What is drawn of a device's range: the server's answer, and the readings that came since. */
export class Trace {
  /** ms, rising */
  readonly t: number[]
  readonly lines: ReadonlyMap<string, Line>
  /** ms, as Range has it */
  readonly bucket: number
  /** from here on are readings that were told live */
  #live: number

  constructor(range: Range) {
    this.t = [...range.t]
    this.bucket = range.bucket
    this.#live = range.t.length
    this.lines = new Map(
      Object.entries(range.sensors).map(([field, { min, max, avg }]) => [
        field,
        { min: [...min], max: [...max], avg: [...avg] },
      ]),
    )
  }

  /** Adds what is newer than what it has, with a break where the log paused. @returns whether anything was */
  append({ t, sensors }: LiveReadings): boolean {
    let added = false
    for (let i = 0; i < t.length; i++) {
      const last = this.t.at(-1)
      if (last !== undefined && t[i] <= last) continue
      const step = Math.max(this.bucket, last === undefined ? 0 : last - (this.t.at(-2) ?? last))
      if (last !== undefined && t[i] - last > Math.max(PAUSE_MS, PAUSE_STEPS * step)) this.#push(last + 1, () => null)
      this.#push(t[i], (field) => sensors[field]?.[i] ?? null)
      added = true
    }
    return added
  }

  /** Takes over what another trace of the same device was told live that is newer: readings came while the server was answering. */
  takeOver(other: Trace): void {
    const last = this.t.at(-1) ?? Number.NEGATIVE_INFINITY
    for (let i = other.#live; i < other.t.length; i++)
      if (other.t[i] > last) this.#push(other.t[i], (field) => other.lines.get(field)?.avg[i] ?? null)
  }

  /** Forgets all before a time but the point that the line comes from. */
  dropBefore(from: number): void {
    let count = 0
    while (count + 1 < this.t.length && this.t[count + 1] < from) count++
    if (count === 0) return
    this.#live = Math.max(0, this.#live - count)
    this.t.splice(0, count)
    for (const { min, max, avg } of this.lines.values()) for (const values of [min, max, avg]) values.splice(0, count)
  }

  #push(t: number, value: (field: string) => Value): void {
    this.t.push(t)
    for (const [field, { min, max, avg }] of this.lines) {
      const one = value(field)
      min.push(one)
      max.push(one)
      avg.push(one)
    }
  }
}
