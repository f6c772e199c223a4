import type { LocalSession } from '../store/session.ts'
import { InfluxExport } from './influx.ts'
import type { InfluxSettings } from './influx-writer.ts'
import { Notifier } from './notify.ts'

/** Who else gets what the store gets. */
export interface ExportSettings {
  /** addresses of webhooks */
  readonly notify: readonly string[]
  readonly influx: InfluxSettings | null
}

/** Sends what is committed to others, beside the writer. */
export class StoreExports {
  readonly #notifier: Notifier | null
  readonly #influx: InfluxExport | null
  readonly #onNotice: (text: string) => void
  readonly #finished = new AbortController()
  #running: readonly Promise<void>[] = []

  /** @throws Error for an address that is none, or settings that are missing */
  constructor({ notify, influx }: ExportSettings, onNotice: (text: string) => void) {
    this.#onNotice = onNotice
    this.#notifier = notify.length === 0 ? null : new Notifier({ urls: notify, onNotice })
    this.#influx = influx === null ? null : new InfluxExport({ ...influx, onNotice })
  }

  start(session: LocalSession): void {
    const { signal } = this.#finished
    const work = async (name: string, run: () => Promise<unknown>): Promise<void> => {
      try {
        await run()
      } catch (error) {
        // The monitor goes on without them: what was not sent is in the store, and the next run sends it.
        this.#onNotice(`${name} has stopped: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    this.#running = [
      work('notifying', async () => this.#notifier?.run(await session.connect(), signal)),
      work('writing to InfluxDB', async () => this.#influx?.run(await session.connect(), signal)),
    ]
  }

  /** Sends what is due, and ends. */
  async stop(): Promise<void> {
    this.#finished.abort()
    await Promise.all(this.#running)
  }
}
