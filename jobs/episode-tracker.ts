import { type Batch, dataColumns, readValue, type Source, type SqlValue } from '../engine/index.ts'
import { sensorOf } from '../gpuz/catalogue.ts'
import type { Episode } from './episode.ts'

export interface EpisodeListener {
  opened(episode: Episode): void
  closed(episode: Episode): void
}

/** An episode that later alerts may still extend, and the row that has its latest state. */
interface Open {
  start: number
  end: number
  batch: Batch
  row: number
}

/**
 * An episode is over when stream time has passed its last alert by the gap of the session windows in ksql/04-episodes.ksql and
 * their grace: no alert can extend it any more.
 */
export const EPISODE_GAP_MS = 30_000
const GRACE_MS = 10_000

/**
 * Follows the table of episodes (topic gpu.episodes): session windows keyed by device and rule, of which every extension
 * replaces the row before. Tells of each episode when it opens and when it is over, in an order that does not depend on how
 * records come in batches.
 */
export class EpisodeTracker {
  readonly #listener: EpisodeListener
  readonly #open = new Map<string, Map<string, Open[]>>()
  #source: Source | null = null
  /** no open episode is over before this time */
  #nextOver = Number.POSITIVE_INFINITY

  constructor(listener: EpisodeListener) {
    this.#listener = listener
  }

  /** A batch of the topic. */
  take(batch: Batch, source: Source): void {
    this.#source = source
    const names = dataColumns(source).map((c) => c.name)
    const devices = batch.columns[names.indexOf('DEVICE')].data as readonly string[]
    const rules = batch.columns[names.indexOf('RULE')].data as readonly string[]
    const { count, tombstone, windowStart, windowEnd, rowtime } = batch
    if (windowStart === null || windowEnd === null)
      throw new Error(`${source.name} has no windows; its rows are no episodes`)
    for (let row = 0; row < count; row++) {
      // What an extension replaces: its successor says all.
      if (tombstone !== null && tombstone[row] === 1) continue
      this.advance(rowtime[row])
      this.#update(devices[row], rules[row], windowStart[row], windowEnd[row], batch, row)
    }
  }

  /** Stream time has come to `time`: closes what is over. */
  advance(time: number): void {
    if (time <= this.#nextOver) return
    this.#close((open) => open.end + EPISODE_GAP_MS + GRACE_MS < time)
  }

  /** The input has ended. */
  end(): void {
    this.#close(() => true)
  }

  /** The episodes that are not over. */
  open(): Episode[] {
    return [...this.#open.values()].flatMap((rules) => [...rules.values()].flat().map((open) => this.#read(open)))
  }

  #update(device: string, rule: string, start: number, end: number, batch: Batch, row: number): void {
    let rules = this.#open.get(device)
    if (rules === undefined) {
      rules = new Map()
      this.#open.set(device, rules)
    }
    let episodes = rules.get(rule)
    if (episodes === undefined) {
      episodes = []
      rules.set(rule, episodes)
    }
    const known = episodes.find((e) => e.start <= end && e.end >= start)
    if (known !== undefined) {
      known.start = start
      known.end = end
      known.batch = batch
      known.row = row
      // A late alert may join two.
      if (episodes.length > 1)
        rules.set(
          rule,
          episodes.filter((e) => e === known || e.start > end || e.end < start),
        )
      return
    }
    const open = { start, end, batch, row }
    episodes.push(open)
    this.#nextOver = Math.min(this.#nextOver, end + EPISODE_GAP_MS + GRACE_MS)
    this.#listener.opened(this.#read(open))
  }

  #close(isOver: (open: Open) => boolean): void {
    const over: Open[] = []
    this.#nextOver = Number.POSITIVE_INFINITY
    for (const rules of this.#open.values()) {
      for (const [rule, episodes] of rules) {
        const left = episodes.filter((e) => !isOver(e))
        if (left.length < episodes.length) over.push(...episodes.filter(isOver))
        rules.set(rule, left)
        for (const { end } of left) this.#nextOver = Math.min(this.#nextOver, end + EPISODE_GAP_MS + GRACE_MS)
      }
    }
    over.sort((a, b) => a.end - b.end || a.start - b.start)
    for (const open of over) this.#listener.closed(this.#read(open))
  }

  #read({ start, end, batch, row }: Open): Episode {
    const columns = this.#source === null ? [] : dataColumns(this.#source)
    const value = (name: string): SqlValue => {
      const index = columns.findIndex((c) => c.name === name)
      return index < 0 ? null : readValue(batch.columns[index], row, columns[index].type)
    }
    const text = (name: string): string => String(value(name) ?? '')
    const number = (name: string): number | null => {
      const found = value(name)
      return found === null ? null : Number(found)
    }
    const sensor = text('SENSOR')
    return {
      device: text('DEVICE'),
      rule: text('RULE'),
      severity: text('SEVERITY'),
      sensor,
      unit: sensorOf(sensor)?.unit ?? '',
      started: start,
      ended: end,
      count: number('N') ?? 0,
      peak: number('PEAK'),
      bound: number('BOUND'),
    }
  }
}
