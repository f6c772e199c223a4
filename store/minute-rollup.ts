import type { SensorColumn } from '../gpuz/batch.ts'

const MINUTE_MS = 60_000
const ROOM = 64

/** A sensor's readings minute by minute: how many, least, greatest, sum, last. Only `n` says something of a minute without any. */
export interface MinuteColumn {
  readonly n: Uint32Array
  readonly min: Float64Array
  readonly max: Float64Array
  readonly sum: Float64Array
  readonly last: Float64Array
}

/** Rows of a batch that follow one another in one minute. */
interface Stretch {
  readonly place: number
  readonly from: number
  readonly to: number
}

/** Minutes of one device in columns. */
export interface Minutes {
  readonly count: number
  /** ms */
  readonly starts: Float64Array
  readonly sensors: ReadonlyMap<string, MinuteColumn>
}

/**
 * Folds readings of one device into minutes. The newest minute stays open; every other is given out: a row that comes late makes one more row for
 * its minute, to be taken together with the first.
 */
export class MinuteRollup {
  #count = 0
  /** place of the minute that stays open, -1 before the first */
  #open = -1
  #room = ROOM
  #starts = new Float64Array(ROOM)
  readonly #sensors = new Map<string, MinuteColumn>()

  /** @param ts ms, of rows in the order of the log */
  take(ts: Float64Array, sensors: ReadonlyMap<string, SensorColumn>, count: number): void {
    const stretches: Stretch[] = []
    for (let from = 0; from < count; ) {
      const start = Math.floor(ts[from] / MINUTE_MS) * MINUTE_MS
      let to = from + 1
      while (to < count && ts[to] >= start && ts[to] < start + MINUTE_MS) to++
      stretches.push({ place: this.#place(start), from, to })
      from = to
    }
    for (const [field, { data }] of sensors) {
      const column = this.#sensor(field)
      for (const stretch of stretches) fold(column, stretch, data)
    }
  }

  /** Minutes that are over since the last call. */
  done(): Minutes {
    const open = this.#open
    const last = this.#count - 1
    // the open minute goes to the end, so that those before it are one piece
    if (open >= 0 && open !== last) {
      swap(this.#starts, open, last)
      for (const column of this.#sensors.values()) for (const part of partsOf(column)) swap(part, open, last)
    }
    const count = Math.max(last, 0)
    const first = <T extends Float64Array | Uint32Array>(array: T): T => array.slice(0, count) as T
    const sensors = new Map<string, MinuteColumn>()
    for (const [field, { n, min, max, sum, last }] of this.#sensors) {
      sensors.set(field, { n: first(n), min: first(min), max: first(max), sum: first(sum), last: first(last) })
    }
    const done = { count, starts: first(this.#starts), sensors }
    if (count > 0) this.#keepOnly(last)
    return done
  }

  #keepOnly(place: number): void {
    this.#starts[0] = this.#starts[place]
    for (const column of this.#sensors.values()) {
      for (const part of partsOf(column)) part[0] = part[place]
      column.n.fill(0, 1, this.#count)
    }
    this.#count = 1
    this.#open = 0
  }

  #place(start: number): number {
    const open = this.#open
    if (open >= 0 && this.#starts[open] === start) return open
    if (open >= 0 && start < this.#starts[open]) {
      const known = this.#starts.subarray(0, this.#count).indexOf(start)
      return known >= 0 ? known : this.#add(start)
    }
    this.#open = this.#add(start)
    return this.#open
  }

  #add(start: number): number {
    if (this.#count === this.#room) {
      this.#room *= 2
      this.#starts = longer(this.#starts, new Float64Array(this.#room))
      for (const [field, { n, min, max, sum, last }] of this.#sensors) {
        const long = (part: Float64Array) => longer(part, new Float64Array(this.#room))
        const counts = longer(n, new Uint32Array(this.#room))
        this.#sensors.set(field, { n: counts, min: long(min), max: long(max), sum: long(sum), last: long(last) })
      }
    }
    this.#starts[this.#count] = start
    return this.#count++
  }

  #sensor(field: string): MinuteColumn {
    let column = this.#sensors.get(field)
    if (column === undefined) {
      const room = () => new Float64Array(this.#room)
      column = { n: new Uint32Array(this.#room), min: room(), max: room(), sum: room(), last: room() }
      this.#sensors.set(field, column)
    }
    return column
  }
}

function fold(column: MinuteColumn, { place, from, to }: Stretch, data: Float64Array): void {
  let n = column.n[place]
  let min = n === 0 ? Number.POSITIVE_INFINITY : column.min[place]
  let max = n === 0 ? Number.NEGATIVE_INFINITY : column.max[place]
  let sum = n === 0 ? 0 : column.sum[place]
  let last = column.last[place]
  for (let i = from; i < to; i++) {
    const value = data[i]
    // no reading is NaN
    if (Number.isNaN(value)) continue
    n++
    if (value < min) min = value
    if (value > max) max = value
    sum += value
    last = value
  }
  column.n[place] = n
  column.min[place] = min
  column.max[place] = max
  column.sum[place] = sum
  column.last[place] = last
}

function partsOf({ n, min, max, sum, last }: MinuteColumn): (Float64Array | Uint32Array)[] {
  return [n, min, max, sum, last]
}

function swap(array: Float64Array | Uint32Array, a: number, b: number): void {
  const value = array[a]
  array[a] = array[b]
  array[b] = value
}

function longer<T extends Float64Array | Uint32Array>(array: T, room: T): T {
  room.set(array)
  return room
}

/** Minutes as columns of the table `minutes`: for each field n, min, max, sum, last, NULL where the minute has no reading. */
export function minuteColumns(
  { count, sensors }: Minutes,
  fields: readonly string[],
): { data: Float64Array | Uint32Array; nulls: Uint8Array | null }[] {
  const nothing = { n: new Uint32Array(count), parts: Array.from({ length: 4 }, () => new Float64Array(count)) }
  return fields.flatMap((field) => {
    const column = sensors.get(field)
    const n = column?.n ?? nothing.n
    const parts = column === undefined ? nothing.parts : [column.min, column.max, column.sum, column.last]
    const nulls = n.includes(0) ? Uint8Array.from(n, (readings) => (readings === 0 ? 1 : 0)) : null
    return [{ data: n, nulls: null }, ...parts.map((data) => ({ data, nulls }))]
  })
}
