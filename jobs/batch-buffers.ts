import type { ReadingBatch } from '../gpuz/batch.ts'

/** The memory of a batch, to be moved to another thread. */
export function buffersOf({ row, ts, sensors }: Pick<ReadingBatch, 'row' | 'ts' | 'sensors'>): ArrayBuffer[] {
  const columns = [...sensors.values()].flatMap(({ data, nulls }) => (nulls === null ? [data] : [data, nulls]))
  return [...new Set([row, ts, ...columns].map((array) => array.buffer as ArrayBuffer))]
}
