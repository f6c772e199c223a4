import { catalogue } from '../../../gpuz/catalogue.ts'
import { COLUMNS, Simulator } from '../../../gpuz/simulator/simulator.ts'
import type { SensorInfo } from '../../../web/api.ts'

/** The simulator's columns as the catalogue knows them. */
export const SENSORS: readonly SensorInfo[] = COLUMNS.map(({ header }) => {
  const sensor = catalogue.find(({ headers }) => headers.some((known) => known === header))
  if (sensor === undefined) throw new Error(`the catalogue has no header "${header}"`)
  return { field: sensor.field, label: header.replace(/ *\[.*\]$/, ''), unit: sensor.unit, kind: sensor.kind }
})

/** Readings of one device, a row a second, as the simulator makes them. */
export class History {
  readonly device: string
  readonly live: boolean
  readonly t: number[] = []
  readonly columns = new Map<string, (number | null)[]>(SENSORS.map(({ field }) => [field, []]))
  readonly #simulator: Simulator

  constructor(device: string, seed: number, from: number, rows: number, live: boolean) {
    this.device = device
    this.live = live
    this.#simulator = new Simulator(seed)
    // A pause of the log in its middle, where lines have to break.
    const pause = Math.floor(rows * 0.97)
    for (let i = 0; i < rows; i++) this.step(from + 1_000 * (i < pause ? i - 120 : i))
  }

  /** Takes one more reading. */
  step(t: number): void {
    this.#simulator.step(1)
    this.append(
      t,
      SENSORS.map((_, i) => {
        const value = Math.round(this.#simulator.values[i] * 10 ** COLUMNS[i].decimals) / 10 ** COLUMNS[i].decimals
        return Number.isNaN(value) ? null : value
      }),
    )
  }

  append(t: number, values: readonly (number | null)[]): void {
    this.t.push(t)
    SENSORS.forEach(({ field }, i) => {
      this.columns.get(field)?.push(values[i])
    })
  }

  column(field: string): readonly (number | null)[] {
    return this.columns.get(field) ?? []
  }

  /** Rows of a range, as indices [first, end). */
  rows(from: number, to: number): [number, number] {
    return [lowerBound(this.t, from), lowerBound(this.t, to + 1)]
  }
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}
