import { setTimeout as sleep } from 'node:timers/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import {
  countPending,
  firstPending,
  markFailed,
  markRetry,
  markSent,
  type PendingNotification,
} from '../store/outbox.ts'
import type { Notification } from './notification.ts'
import { backoff } from './retry.ts'
import { Webhook } from './webhook.ts'

export interface NotifyOptions {
  /** addresses of webhooks */
  readonly urls: readonly string[]
  /** ms between two looks into the outbox; default 1000 */
  readonly intervalMs?: number
  /** something a person should know: a receiver that does not answer, a notification that is given up */
  readonly onNotice?: (text: string) => void
}

export interface NotifyResult {
  readonly sent: number
  readonly givenUp: number
  /** still to be sent, by the next run */
  readonly waiting: number
}

const LONGEST_DELAY_MS = 300_000
/** After a day nobody acts on it any more; a receiver that comes back must not be flooded. */
const GIVE_UP_MS = 86_400_000

/**
 * Sends what the outbox holds, each receiver's in order: the next is not sent before the one ahead of it is taken or given up. Each is sent once; only a
 * crash between the receiver's answer and the mark in the store repeats one, which its id tells.
 */
export class Notifier {
  readonly #webhooks: readonly Webhook[]
  readonly #intervalMs: number
  readonly #notice: (text: string) => void
  /** hosts that a notice has called out of reach */
  readonly #away = new Set<Webhook>()
  #sent = 0
  #givenUp = 0

  /** @throws Error for an address that is none, without repeating it */
  constructor({ urls, intervalMs = 1_000, onNotice = () => {} }: NotifyOptions) {
    const webhooks = urls.map((url) => new Webhook(url))
    this.#webhooks = webhooks.filter(({ target }, i) => webhooks.findIndex((w) => w.target === target) === i)
    this.#intervalMs = intervalMs
    this.#notice = onNotice
  }

  /** The receivers' names in the store, for `enqueue`. */
  get targets(): string[] {
    return this.#webhooks.map(({ target }) => target)
  }

  /**
   * Sends until `finished` is aborted, then what is due by then, and returns.
   * @param connection of its own to the store: each mark is a transaction
   */
  async run(connection: DuckDBConnection, finished: AbortSignal): Promise<NotifyResult> {
    for (;;) {
      const last = finished.aborted
      await Promise.all(this.#webhooks.map((webhook) => this.#sendDue(connection, webhook)))
      if (last) break
      await sleep(this.#intervalMs, undefined, { signal: finished }).catch((error: unknown) => {
        if (!finished.aborted) throw error
      })
    }
    const waiting = await Promise.all(this.targets.map((target) => countPending(connection, target)))
    return { sent: this.#sent, givenUp: this.#givenUp, waiting: waiting.reduce((sum, n) => sum + n, 0) }
  }

  async #sendDue(connection: DuckDBConnection, webhook: Webhook): Promise<void> {
    for (;;) {
      const pending = await firstPending(connection, webhook.target)
      if (pending === null || pending.nextAttempt > Date.now()) return
      await this.#send(connection, webhook, pending)
    }
  }

  async #send(connection: DuckDBConnection, webhook: Webhook, pending: PendingNotification): Promise<void> {
    const { id, payload, created, attempts } = pending
    const notification = JSON.parse(payload) as Notification
    const outcome = await webhook.post(notification)
    if (outcome.kind === 'sent') {
      await markSent(connection, id, Date.now())
      this.#sent++
      if (this.#away.delete(webhook)) this.#notice(`the webhook at ${webhook.host} answers again`)
      return
    }
    const { reason } = outcome
    if (outcome.kind === 'refused' || Date.now() - created > GIVE_UP_MS) {
      await markFailed(connection, id, reason)
      this.#givenUp++
      this.#notice(
        `the webhook at ${webhook.host} was not told "${notification.text}": ${reason}. Check the address given to --notify`,
      )
      return
    }
    await markRetry(connection, id, Date.now() + Math.max(outcome.afterMs, backoff(attempts + 1, LONGEST_DELAY_MS)))
    if (this.#away.has(webhook)) return
    this.#away.add(webhook)
    this.#notice(`the webhook at ${webhook.host} takes no notifications (${reason}); they are kept and sent later`)
  }
}
