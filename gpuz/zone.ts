import { distance } from 'fastest-levenshtein'

const HOUR = 3_600_000
const WEEK = 168 * HOUR
/** Clocks are corrected by seconds; minutes are asked for by their start, up to a minute before the row. */
const STEP_BACK = 120_000

/** A time zone that this runtime does not know. The message offers the nearest names. */
export class UnknownZoneError extends RangeError {
  override readonly name = 'UnknownZoneError'
  readonly zone: string
  readonly nearest: readonly string[]

  constructor(zone: string) {
    const nearest = nearestZones(zone)
    super(
      `Unknown time zone "${zone}". Nearest known names: ${nearest.join(', ')}. Use an IANA name such as Europe/Berlin or UTC.`,
    )
    this.zone = zone
    this.nearest = nearest
  }
}

/** The time zone of this machine, by its IANA name. */
export function systemTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/**
 * Local wall-clock time to UTC by IANA rules, all times in ms since 1970-01-01.
 *
 * An hour that happens twice (clocks set back) is told apart by the row before it: the first of the two, unless that would step back from
 * the row before by more than two minutes. An hour that never happens (clocks set forward, but not on this machine yet) counts on by the
 * offset before the change, so rows keep their order.
 */
export class Zone {
  readonly id: string
  readonly #format: Intl.DateTimeFormat
  // The offset is looked up once for a stretch of local time without a change in it; Intl is slow.
  #from = Number.POSITIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY
  #offset = 0

  /** @throws UnknownZoneError */
  constructor(id: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: id,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      })
    } catch {
      throw new UnknownZoneError(id)
    }
    this.id = id
  }

  /**
   * @param local wall clock read as if it were UTC
   * @param previous UTC of the row before, NaN for the first
   */
  toUtc(local: number, previous: number): number {
    if (local >= this.#from && local < this.#until) return local - this.#offset
    // No zone is further than 14 h from UTC, and no zone changes twice within three days.
    const early = local - 36 * HOUR
    const late = local + 36 * HOUR
    const before = this.offsetAt(early)
    const after = this.offsetAt(late)
    if (before === after) return this.#settled(local, local - 12 * HOUR, local + 12 * HOUR, before)
    const change = this.#changeBetween(early, late, after)
    if (local < change + Math.min(before, after))
      return this.#settled(local, local - 12 * HOUR, change + Math.min(before, after), before)
    if (local >= change + Math.max(before, after))
      return this.#settled(local, change + Math.max(before, after), local + 12 * HOUR, after)
    const doubled = before > after
    return doubled && local - before < previous - STEP_BACK ? local - after : local - before
  }

  #settled(local: number, from: number, until: number, offset: number): number {
    this.#from = from
    this.#until = until
    this.#offset = offset
    return local - offset
  }

  /** Offset from UTC in ms at an instant. */
  offsetAt(utc: number): number {
    const part = { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0 }
    for (const { type, value } of this.#format.formatToParts(utc))
      if (type in part) part[type as keyof typeof part] = Number(value)
    return (
      Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - Math.floor(utc / 1000) * 1000
    )
  }

  /** The offsets that hold from `from` until `until`, ms since 1970-01-01 UTC, each with the instant it begins at; the first begins at `from`. */
  offsets(from: number, until: number): { since: number; offset: number }[] {
    const found = [{ since: from, offset: this.offsetAt(from) }]
    // No zone changes twice within a week.
    for (let early = from; early < until; early += WEEK) {
      const late = Math.min(early + WEEK, until)
      const offset = this.offsetAt(late)
      if (offset !== found.at(-1)?.offset) found.push({ since: this.#changeBetween(early, late, offset), offset })
    }
    return found
  }

  #changeBetween(early: number, late: number, after: number): number {
    let low = Math.floor(early / 1000)
    let high = Math.ceil(late / 1000)
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.offsetAt(middle * 1000) === after) high = middle
      else low = middle
    }
    return high * 1000
  }
}

function nearestZones(wanted: string): string[] {
  const lower = wanted.toLowerCase()
  const city = (name: string): string => name.slice(name.lastIndexOf('/') + 1)
  // People know the city and guess the continent, or type the city alone.
  const far = (name: string): number => {
    const known = name.toLowerCase()
    return Math.min(distance(lower, known), distance(city(lower), city(known)))
  }
  return ['UTC', ...Intl.supportedValuesOf('timeZone')]
    .map((name) => ({ name, far: far(name) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name)
}
