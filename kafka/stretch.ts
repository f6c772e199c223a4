/** A stretch of a partition: offsets [from, until). */
export interface Stretch {
  /** offset of the partition's first record */
  readonly low: number
  readonly from: number
  until: number
  /** how many it was meant to have */
  readonly records: number
  /** reaches to the end, which the first answer tells: Kafka's list of offsets ends where a transaction is open */
  isNewest: boolean
}

/** Records of the first look; every further one looks four times as far back. */
const FIRST_RECORDS = 2_000

/** @param end as the list of offsets has it */
export function newestStretch(low: number, end: number): Stretch {
  return { low, from: Math.max(low, end - FIRST_RECORDS), until: end, records: FIRST_RECORDS, isNewest: true }
}

/** The one before; null: there is none. */
export function older({ low, from, records: before }: Stretch): Stretch | null {
  const records = 4 * before
  return from <= low ? null : { low, from: Math.max(low, from - records), until: from, records, isNewest: false }
}

/** @param end offset behind the partition's last record. What comes later still is of others. */
export function extend(stretch: Stretch, end: string): void {
  if (stretch.isNewest) stretch.until = Math.max(stretch.until, Number(end))
  stretch.isNewest = false
}
