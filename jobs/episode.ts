/** A stretch of time during which a rule was broken: what a person is told about, once. */
export interface Episode {
  readonly device: string
  readonly rule: string
  readonly severity: string
  readonly sensor: string
  /** of the sensor's readings; empty where it has none */
  readonly unit: string
  /** event time of the first and the last alert, ms since 1970-01-01 UTC */
  readonly started: number
  readonly ended: number
  /** alerts in it */
  readonly count: number
  /** the reading furthest beyond the limit, and the limit; null where a rule has none */
  readonly peak: number | null
  readonly bound: number | null
}

/** ms from the first alert to the last. */
export function lengthOf({ started, ended }: Episode): number {
  return ended - started
}
