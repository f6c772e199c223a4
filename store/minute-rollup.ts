import type { SensorColumn } from '../gpuz/batch.ts'

const MINUTE_MS = 60_000

/** Readings of one device's minute, sensor by sensor: number, least, greatest, sum, last. */
export interface Minute {
  readonly start: number
  readonly sensors: Map<string, Float64Array>
}

/**
 * Folds readings of one device into minutes. The newest minute stays open; every other is given out: a row that comes late makes one more row for
 * its minute, to be taken together with the first.
 */
export class MinuteRollup {
  #open: Minute | null = null
  #done: Minute[] = []

  /** @param ts ms, of rows in the order of the log */
  take(ts: Float64Array, sensors: ReadonlyMap<string, SensorColumn>, count: number): void {
    for (let from = 0; from < count; ) {
      const start = Math.floor(ts[from] / MINUTE_MS) * MINUTE_MS
      let to = from + 1
      while (to < count && ts[to] >= start && ts[to] < start + MINUTE_MS) to++
      this.#fold(this.#minute(start), sensors, from, to)
      from = to
    }
  }

  /** Minutes that are over since the last call. */
  done(): Minute[] {
    const done = this.#done
    this.#done = []
    return done
  }

  #minute(start: number): Minute {
    const open = this.#open
    if (open !== null && open.start === start) return open
    if (open !== null && start < open.start) {
      const late = this.#done.find((minute) => minute.start === start) ?? { start, sensors: new Map() }
      if (!this.#done.includes(late)) this.#done.push(late)
      return late
    }
    if (open !== null) this.#done.push(open)
    this.#open = { start, sensors: new Map() }
    return this.#open
  }

  #fold(minute: Minute, sensors: ReadonlyMap<string, SensorColumn>, from: number, to: number): void {
    for (const [field, { data }] of sensors) {
      let folded = minute.sensors.get(field)
      if (folded === undefined) {
        folded = Float64Array.of(0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, Number.NaN)
        minute.sensors.set(field, folded)
      }
      let n = folded[0]
      let min = folded[1]
      let max = folded[2]
      let sum = folded[3]
      let last = folded[4]
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
      folded[0] = n
      folded[1] = min
      folded[2] = max
      folded[3] = sum
      folded[4] = last
    }
  }
}

/** Minutes as columns of the table `minutes`: for each field n, min, max, sum, last, NULL where the minute has no reading. */
export function minuteColumns(
  minutes: readonly Minute[],
  fields: readonly string[],
): { data: Float64Array | Uint32Array; nulls: Uint8Array | null }[] {
  const count = minutes.length
  return fields.flatMap((field) => {
    const n = new Uint32Array(count)
    const nulls = new Uint8Array(count)
    const parts = [new Float64Array(count), new Float64Array(count), new Float64Array(count), new Float64Array(count)]
    for (let i = 0; i < count; i++) {
      const folded = minutes[i].sensors.get(field)
      if (folded === undefined || folded[0] === 0) {
        nulls[i] = 1
        continue
      }
      n[i] = folded[0]
      for (let k = 0; k < parts.length; k++) parts[k][i] = folded[k + 1]
    }
    const some = nulls.includes(1) ? nulls : null
    return [{ data: n, nulls: null }, ...parts.map((data) => ({ data, nulls: some }))]
  })
}
