/** What a figure is held to. */
export type Bar = { readonly above: number } | { readonly atMost: number }

/** One result of the benchmark of store and page. */
export interface Figure {
  readonly step: string
  readonly figure: string
  readonly value: number
  readonly unit: string
  /** null: told, but held to nothing */
  readonly bar: Bar | null
  readonly met: boolean | null
}

/** A figure and whether it meets its bar. */
export function figure(step: string, name: string, value: number, unit: string, bar: Bar | null = null): Figure {
  const met = bar === null ? null : 'above' in bar ? value > bar.above : value <= bar.atMost
  return { step, figure: name, value, unit, bar, met }
}

/** A figure as a line of the table. */
export function figureText({ step, figure, value, unit, bar, met }: Figure): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 1_000 ? 1 : 0
  const held = bar === null ? '' : 'above' in bar ? `bar: > ${bar.above}` : `bar: <= ${bar.atMost}`
  const verdict = met === null ? '' : met ? 'met' : 'MISSED'
  return `${step.padEnd(12)} ${figure.padEnd(36)} ${`${value.toFixed(digits)} ${unit}`.padStart(14)}  ${held.padEnd(12)} ${verdict}`.trimEnd()
}

/** The value that a share of the values (0…1] does not exceed, by nearest rank: always one that was measured. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('there are no values to take a percentile of')
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1]
}
