import { setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { EXPORTED_TABLES, type ExportedTable } from './influx-tables.ts'
import { InfluxAwayError, type InfluxSettings, InfluxWriter, type Written } from './influx-writer.ts'
import { backoff } from './retry.ts'

export { InfluxRefusedError } from './influx-writer.ts'

export interface InfluxOptions extends InfluxSettings {
  /** ms between two looks into the store; default 1000 */
  readonly intervalMs?: number
  /** something a person should know: the server is away, or refuses points */
  readonly onNotice?: (text: string) => void
}

export interface InfluxResult {
  /** points that were written, by table of the store */
  readonly written: Readonly<Record<string, number>>
  /** points that the server refused for good */
  readonly refused: number
  /** whether all that the store has is written; if not, the next run goes on where this one stopped */
  readonly complete: boolean
}

const LONGEST_DELAY_MS = 60_000

/**
 * Writes readings, minutes and episodes of the store to InfluxDB 2, as measurements gpu_reading, gpu_minute and gpu_episode (docs/influx.md). How far it has come is
 * kept in the store, and moved only when a batch is written: whenever the process stops, the next run goes on, and at most writes one batch again,
 * which replaces itself.
 */
export class InfluxExport {
  readonly #writer: InfluxWriter
  readonly #intervalMs: number
  readonly #notice: (text: string) => void
  readonly #written: Record<string, number> = Object.fromEntries(EXPORTED_TABLES.map(({ name }) => [name, 0]))
  readonly #toldRefusals = new Set<string>()
  #refused = 0
  #failures = 0

  /** @throws Error for settings that are missing or no address */
  constructor(options: InfluxOptions) {
    this.#writer = new InfluxWriter(options)
    this.#intervalMs = options.intervalMs ?? 1_000
    this.#notice = options.onNotice ?? (() => {})
  }

  /**
   * Writes what the store has and gets until `finished` is aborted, then the rest, without waiting for a server that is away.
   * @param connection of its own to the store: progress is a transaction after each batch
   * @throws InfluxRefusedError if the server refuses token or bucket; nothing is lost, the next run goes on
   */
  async run(connection: DuckDBConnection, finished: AbortSignal): Promise<InfluxResult> {
    for (;;) {
      const last = finished.aborted
      const waitMs = await this.#catchUp(connection)
      if (last) return { written: this.#written, refused: this.#refused, complete: waitMs === null }
      await sleep(waitMs ?? this.#intervalMs, undefined, { signal: finished }).catch((error: unknown) => {
        if (!finished.aborted) throw error
      })
    }
  }

  /** Writes until there is nothing more, a batch of each table in turn. @returns ms to wait for a server that is away, null if it is not */
  async #catchUp(connection: DuckDBConnection): Promise<number | null> {
    try {
      for (let more = true; more; ) {
        more = false
        for (const table of EXPORTED_TABLES) if (await this.#step(connection, table)) more = true
      }
      return null
    } catch (error) {
      if (!(error instanceof InfluxAwayError)) throw error
      this.#failures++
      if (this.#failures === 1) {
        this.#notice(
          `InfluxDB at ${this.#writer.host} takes no points (${error.message}); they are kept in the store and written later`,
        )
      }
      return Math.max(error.afterMs, backoff(this.#failures, LONGEST_DELAY_MS))
    }
  }

  async #step(connection: DuckDBConnection, { name, next }: ExportedTable): Promise<boolean> {
    const step = await next(connection, this.#writer.target)
    if (step === null) return false
    const written = await this.#writer.write(step.points)
    await step.done()
    if (this.#failures > 0) this.#notice(`InfluxDB at ${this.#writer.host} takes points again`)
    this.#failures = 0
    this.#count(name, written)
    return true
  }

  #count(table: string, { stored, refused, reason }: Written): void {
    this.#written[table] += stored
    this.#refused += refused
    // Once a table: a bucket that keeps a day refuses every batch of an old log.
    if (reason === null || this.#toldRefusals.has(table)) return
    this.#toldRefusals.add(table)
    this.#notice(
      `InfluxDB at ${this.#writer.host} refused ${refused} of ${stored + refused} points of the table ${table}, and may refuse more: ${reason}`,
    )
  }
}
