import type { DeviceInfo, ZoneClock } from '../api.ts'
import { duration } from './format.ts'
import { stamp } from './zone-time.ts'

/** GPU-Z writes each second, or as slowly as it is told: a reading this old, in ms, is no longer taken for the present. */
const STALE_MS = 10_000
/** Who opens a log that ended this long ago, in ms, does not wait for its next row: there is no cause for alarm. */
const RECORDED_MS = 86_400_000

export interface Freshness {
  readonly kind: 'live' | 'stale' | 'recorded' | 'lost'
  readonly text: string
}

/** How old what is shown of a device is, in words; never leaves room to take it for the present when it is not. */
export function freshnessOf(device: DeviceInfo, zone: ZoneClock, lostAt: number | null): Freshness {
  if (device.last === null) return { kind: 'recorded', text: 'no readings yet' }
  if (lostAt !== null)
    return {
      kind: 'lost',
      text: `no connection to gpumon for ${duration(Date.now() - lostAt)}, last reading ${stamp(device.last, zone)}`,
    }
  const age = Date.now() - device.last
  if (!device.live || age > RECORDED_MS) return { kind: 'recorded', text: `recorded, ends ${stamp(device.last, zone)}` }
  const text = `last reading ${duration(age)} ago`
  return age > STALE_MS ? { kind: 'stale', text: `stale: ${text}` } : { kind: 'live', text: `live, ${text}` }
}
