import { setTimeout as sleep } from 'node:timers/promises'
import { Monitor, type MonitorListener, type MonitorOptions } from '../../jobs/monitor.ts'
import { type LocalSession, openSession } from '../../store/session.ts'

/** Works with a monitor on a store, which is brought up to date and closed at the end as the program does. */
export async function monitored<T>(
  store: string,
  work: (monitor: Monitor, session: LocalSession) => Promise<T>,
  listener: MonitorListener = {},
  { simulated = false, ...options }: Partial<MonitorOptions> & { readonly simulated?: boolean } = {},
): Promise<T> {
  const session = await openSession({ path: store, zone: 'UTC', simulated })
  try {
    const monitor = await Monitor.open({ store: session, timezone: 'UTC', intervalMs: 5, ...options }, listener)
    const result = await work(monitor, session)
    await monitor.checkpoint()
    return result
  } finally {
    await session.close()
  }
}

/** A log that a monitor follows. */
export class Followed {
  readonly #end = new AbortController()
  readonly #monitor: Monitor
  readonly #log: string
  readonly #work: Promise<void>
  #failure: unknown = null

  constructor(monitor: Monitor, device: string, log: string) {
    this.#monitor = monitor
    this.#log = log
    this.#work = monitor.follow(device, log, this.#end.signal)
    this.#work.catch((error: unknown) => {
      this.#failure = error
    })
  }

  get pipeline() {
    const found = this.#monitor.pipelines.find(({ log }) => log === this.#log)
    if (found === undefined) throw new Error(`${this.#log} is not followed`)
    return found
  }

  /** Until so many rows have been taken, those before a restart included. @throws what following throws */
  async reaches(rows: number): Promise<void> {
    while (this.pipeline.rows < rows) {
      if (this.#failure !== null) throw this.#failure
      await sleep(5)
    }
  }

  async stop(): Promise<void> {
    this.#end.abort()
    await this.#work
  }
}

/** Follows a log until so many of its rows are in the store. */
export async function followTo(rows: number, monitor: Monitor, device: string, log: string): Promise<void> {
  const followed = new Followed(monitor, device, log)
  await followed.reaches(rows)
  await followed.stop()
}
