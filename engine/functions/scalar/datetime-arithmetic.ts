import { DAY_MS } from '../../types/calendar.ts'
import { localToUtc, zone } from '../../types/zones.ts'
import type { ScalarFunction } from '../definition.ts'
import { DATE_TIME } from './datetime-text.ts'
import { typed } from './typed.ts'

/** ms of the units of java.util.concurrent.TimeUnit, by the name an INTERVAL UNIT argument is handed over as. */
const UNIT_MS: Readonly<Record<string, number>> = {
  DAYS: DAY_MS,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
  MILLISECONDS: 1,
}

function interval(unit: string, count: number): number {
  const ms = UNIT_MS[unit]
  if (ms === undefined)
    throw new Error(`unknown interval unit ${unit}, it is one of ${Object.keys(UNIT_MS).join(', ')}`)
  return ms * count
}

/** Adds ms to a value of the type, and keeps it one. */
const add = {
  /** whole days: an hour after midnight is the same day */
  DATE: (days: number, ms: number) => Math.floor((days * DAY_MS + ms) / DAY_MS),
  /** the clock goes round */
  TIME: (time: number, ms: number) => (((time + ms) % DAY_MS) + DAY_MS) % DAY_MS,
  TIMESTAMP: (utc: number, ms: number) => utc + ms,
}

function shift(name: string, type: keyof typeof add, direction: 1 | -1): ScalarFunction {
  const move = add[type]
  return {
    name,
    description: `${name}(unit, count, ${type.toLowerCase()}): ${direction > 0 ? 'later' : 'earlier'} by that many units.`,
    category: DATE_TIME,
    variants: [
      {
        parameters: ['INTERVALUNIT', 'INT', type],
        returns: type,
        nulls: 'propagate',
        bind: () =>
          typed((unit: string, count: number, value: number) => move(value, interval(unit, direction * count))),
      },
    ],
  }
}

/** The wall clock that `utc` shows in UTC is taken for that of one zone, the result shows (in UTC) what the other zone's clocks show then. */
function convertZone(utc: number, from: string, to: string): number {
  const instant = localToUtc(utc, zone(from))
  return instant + zone(to).offsetAt(instant)
}

export const dateArithmeticFunctions: readonly ScalarFunction[] = [
  shift('DATEADD', 'DATE', 1),
  shift('DATESUB', 'DATE', -1),
  shift('TIMEADD', 'TIME', 1),
  shift('TIMESUB', 'TIME', -1),
  shift('TIMESTAMPADD', 'TIMESTAMP', 1),
  shift('TIMESTAMPSUB', 'TIMESTAMP', -1),
  {
    name: 'CONVERT_TZ',
    description: 'CONVERT_TZ(timestamp, from, to): the wall-clock time of one zone in another.',
    category: DATE_TIME,
    variants: [
      {
        parameters: ['TIMESTAMP', 'VARCHAR', 'VARCHAR'],
        returns: 'TIMESTAMP',
        nulls: 'propagate',
        bind: () => typed(convertZone),
      },
    ],
  },
]
