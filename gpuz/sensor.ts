/** What a quantity is; decides how it is drawn and judged. */
export type SensorKind = 'temperature' | 'power' | 'clock' | 'load' | 'memory' | 'fan' | 'voltage' | 'current' | 'state'

/** A quantity that GPU-Z logs. */
export interface Sensor<Field extends string = string> {
  /** Canonical snake_case name: column of the SQL, field of the Avro schema. */
  readonly field: Field
  readonly kind: SensorKind
  readonly unit: string
  /** Every header it was seen under, in GPU-Z's own spelling with its unit. */
  readonly headers: readonly string[]
  /** Readings outside [min, max] are a broken sensor's and become "no reading". */
  readonly min: number
  readonly max: number
  /** GPU-Z prints 0 for this sensor when the driver answers nothing (FORMAT.md, hazard 12). */
  readonly zeroMeansNothing: boolean
}

type Maker = <const Field extends string>(field: Field, ...names: string[]) => Sensor<Field>

function maker(kind: SensorKind, unit: string, min: number, max: number, zeroMeansNothing = false): Maker {
  return (field, ...names) => ({
    field,
    kind,
    unit,
    headers: names.map((name) => (name.includes('[') ? name : `${name} [${unit}]`)),
    min,
    max,
    zeroMeansNothing,
  })
}

// Ranges are wide: they are there to catch nonsense (CPU at -10 °C, a fan at 747,757 rpm, 2.4 V on a 12 V plug), not to judge hardware.
export const temperature = maker('temperature', '°C', 0, 150, true)
export const clock = maker('clock', 'MHz', 0, 30_000)
export const load = maker('load', '%', 0, 100)
export const memory = maker('memory', 'MB', 0, 100_000_000)
export const power = maker('power', 'W', 0, 3_000)
export const current = maker('current', 'A', 0, 2_000)
/** Voltage of a chip or of memory. */
export const chipVoltage = maker('voltage', 'V', 0, 3, true)
/** Voltage of a 12 V supply: slot, plug, rail. */
export const supplyVoltage = maker('voltage', 'V', 9, 15, true)
/** Percent of the power limit; cards with a raised limit pass 100. */
export const powerPercent = maker('power', '% TDP', 0, 500)
/** Percent of a fan's rated speed; NVIDIA's tools document values above 100. */
export const fanPercent = maker('fan', '%', 0, 200)
export const fanRpm = maker('fan', 'RPM', 0, 25_000)
/** A bit mask. Zero is a value: no limit is active. */
export const state = maker('state', '', 0, 65_535)
