import { createHash } from 'node:crypto'
import type { Notification } from './notification.ts'
import { mayPass, noAnswer, retryAfter } from './retry.ts'

/** What became of a post: taken; not taken now, to be tried again in `afterMs` at the earliest; refused for good. */
export type PostOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number }
  | { readonly kind: 'refused'; readonly reason: string }

const TIMEOUT_MS = 10_000
/** Discord refuses longer messages. */
const DISCORD_LENGTH = 2_000

/** A receiver of notifications. Who has its address can write to the channel, so it is never shown or stored: `host` and `target` are for that. */
export class Webhook {
  /** names it in messages */
  readonly host: string
  /** names it in the store: host, and a hash that tells two of one host apart */
  readonly target: string
  readonly #url: URL

  /** @throws Error for what is no address of a web server; it does not repeat it */
  constructor(address: string) {
    const url = URL.canParse(address) ? new URL(address) : null
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
      throw new Error(
        `--notify takes the address of a webhook that begins with http:// or https://; what it was given (${address.length} characters, not shown: it may be a secret) does not`,
      )
    }
    if (url.username !== '' || url.password !== '') {
      throw new Error(
        `the webhook at ${url.host} has a user or password in its address; webhooks are posted to without`,
      )
    }
    this.#url = url
    this.host = url.host
    this.target = `${url.host} ${createHash('sha256').update(url.href).digest('hex').slice(0, 16)}`
  }

  /** Posts once. Never rejects: what goes wrong is an outcome. */
  async post(notification: Notification): Promise<PostOutcome> {
    let response: Response
    try {
      response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'gpumon' },
        body: JSON.stringify(bodyFor(this.#url.hostname, notification)),
        // A followed redirect of a POST may become a GET, which posts nothing and answers 200.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
    } catch (error) {
      return { kind: 'retry', reason: noAnswer(error), afterMs: 0 }
    }
    // The body may repeat the address, so it is not told; unread, it would hold the connection.
    await response.body?.cancel().catch(() => {})
    const { ok, status, statusText, headers } = response
    if (ok) return { kind: 'sent' }
    const reason = statusText === '' ? `HTTP ${status}` : `HTTP ${status} ${statusText}`
    if (mayPass(status)) return { kind: 'retry', reason, afterMs: retryAfter(headers.get('retry-after'), Date.now()) }
    return { kind: 'refused', reason }
  }
}

/** The body that a receiver takes: Slack's and Discord's for their hosts, the notification itself for any other. */
export function bodyFor(hostname: string, notification: Notification): object {
  if (hostname === 'hooks.slack.com') return { text: slackText(notification.text) }
  if (/(^|\.)(discord|discordapp)\.com$/.test(hostname)) {
    // A device called @everyone must not ring for everyone.
    return { content: notification.text.slice(0, DISCORD_LENGTH), allowed_mentions: { parse: [] } }
  }
  return notification
}

/** The three characters that Slack's text gives a meaning (docs.slack.dev, Formatting message text). */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
