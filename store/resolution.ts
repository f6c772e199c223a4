import type { Pace } from './pace.ts'
import { QueryError } from './query-error.ts'
import type { DeviceSpan } from './span.ts'

export const MINUTE = 60_000
const MOST_PIXELS = 20_000

/** What points of a chart are made of. */
export interface Resolution {
  readonly from: 'readings' | 'minutes'
  /** ms of a bucket; 0: every reading is a point */
  readonly bucket: number
}

/** @throws QueryError */
export function checkPixels(pixels: number): void {
  if (Number.isInteger(pixels) && pixels >= 1 && pixels <= MOST_PIXELS) return
  throw new QueryError(
    'invalid',
    `No width of a chart: ${pixels} pixels.`,
    `Give a whole number from 1 to ${MOST_PIXELS}.`,
  )
}

/**
 * About a bucket a pixel; every reading as it is where there are no more than two a pixel.
 * @param pace of at least 2 × pixels rows
 */
export function resolutionFor(span: DeviceSpan, pixels: number, pace: Pace): Resolution {
  if (pace.rows <= 2 * pixels) return { from: 'readings', bucket: 0 }
  const width = (span.to - span.from) / pixels
  // Minutes cannot be split: to the nearest whole number of them, up to 1.5 buckets a pixel.
  if (width >= MINUTE) return { from: 'minutes', bucket: Math.round(width / MINUTE) * MINUTE }
  return { from: 'readings', bucket: Math.ceil(width) }
}
