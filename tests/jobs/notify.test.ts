import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isNews, notificationOf } from '../../jobs/notification.ts'
import { Notifier } from '../../jobs/notify.ts'
import { backoff, retryAfter } from '../../jobs/retry.ts'
import { bodyFor, Webhook } from '../../jobs/webhook.ts'
import { enqueue } from '../../store/outbox.ts'
import type { EpisodeInfo } from '../../web/api.ts'
import { Database, rows } from '../store/database.ts'
import { WebhookServer } from './webhook-server.ts'

let database: Database
let server: WebhookServer
beforeEach(async () => {
  database = await Database.create()
  server = new WebhookServer()
  await server.start()
})
afterEach(async () => {
  await server.stop()
  database.remove()
})

function episode(id: number, more: Partial<EpisodeInfo> = {}): EpisodeInfo {
  return {
    id,
    device: 'rig-1',
    rule: 'gpu-hot',
    title: 'GPU hot',
    severity: 'warning',
    sensor: 'gpu_temperature',
    started: 1_000,
    ended: 329_000,
    open: true,
    count: 12,
    peak: 90,
    bound: 85,
    evidence: 'gpu_temperature reached 90 °C (limit 85 °C)',
    todo: 'Clean the fan.',
    ...more,
  }
}

async function put(targets: readonly string[], kind: 'opened' | 'closed', id: number): Promise<void> {
  const connection = await database.open()
  const payload = notificationOf(kind, episode(id))
  await enqueue(connection, targets, { kind, episode: id, payload, live: true }, Date.now())
}

/** Runs a notifier until `until` holds, then ends it in order. */
async function runUntil(notifier: Notifier, until: () => boolean) {
  const finished = new AbortController()
  const result = notifier.run(await database.open(), finished.signal)
  const deadline = Date.now() + 15_000
  while (!until() && Date.now() < deadline) await sleep(10)
  finished.abort()
  return result
}

const status = (sql: string) => database.open().then((connection) => rows(connection, sql))

describe('notifications reach the webhook', () => {
  test('opening and closing, each once, in order', async () => {
    const notifier = new Notifier({ urls: [server.url()], intervalMs: 10 })
    for (const id of [1, 2, 3]) {
      await put(notifier.targets, 'opened', id)
      await put(notifier.targets, 'closed', id)
    }
    const result = await runUntil(notifier, () => server.taken.length === 6)
    expect(server.texts).toEqual(['opened 1', 'closed 1', 'opened 2', 'closed 2', 'opened 3', 'closed 3'])
    expect(result).toEqual({ sent: 6, givenUp: 0, waiting: 0 })
    expect(server.taken[1]).toMatchObject({
      text: 'Over after 5 min 28 s: GPU hot on rig-1: gpu_temperature reached 90 °C (limit 85 °C)',
      episode: episode(1),
    })
  })

  test('while the writer goes on committing', async () => {
    const writer = await database.open()
    const notifier = new Notifier({ urls: [server.url(), server.url('other')], intervalMs: 1 })
    const finished = new AbortController()
    const running = notifier.run(await database.open(), finished.signal)
    for (let id = 1; id <= 40; id++) {
      await writer.run('BEGIN')
      await writer.run('INSERT INTO packed_readings VALUES (1, make_timestamp_ms($id::BIGINT), 1, $id)', { id })
      for (const kind of ['opened', 'closed'] as const) {
        const payload = notificationOf(kind, episode(id))
        await enqueue(writer, notifier.targets, { kind, episode: id, payload, live: true }, Date.now())
        await sleep(3)
      }
      await writer.run('COMMIT')
    }
    finished.abort()
    expect(await running).toEqual({ sent: 160, givenUp: 0, waiting: 0 })
    const expected = Array.from({ length: 40 }, (_, i) => [`opened ${i + 1}`, `closed ${i + 1}`]).flat()
    expect(server.texts.toSorted()).toEqual([...expected, ...expected].toSorted())
  })

  test('what is due when the run ends is still sent', async () => {
    const notifier = new Notifier({ urls: [server.url()] })
    await put(notifier.targets, 'opened', 1)
    expect(await notifier.run(await database.open(), AbortSignal.abort())).toEqual({ sent: 1, givenUp: 0, waiting: 0 })
  })

  test('each of several, and a receiver that is down holds up no other', async () => {
    const down = new WebhookServer()
    await down.start()
    down.answer = () => ({ status: 503 })
    const notifier = new Notifier({
      urls: [down.url(), server.url(), server.url('other'), server.url()],
      intervalMs: 10,
    })
    expect(notifier.targets).toHaveLength(3)
    await put(notifier.targets, 'opened', 1)
    await put(notifier.targets, 'opened', 2)
    const result = await runUntil(notifier, () => server.taken.length === 4)
    await down.stop()
    expect(server.texts.toSorted()).toEqual(['opened 1', 'opened 1', 'opened 2', 'opened 2'])
    // The second waits for the first.
    expect(down.received.every((n) => n.episode.id === 1)).toBe(true)
    expect(result).toEqual({ sent: 4, givenUp: 0, waiting: 2 })
  })

  test('after a failure of the server, with the same id and told once', async () => {
    server.answer = (request) => ({ status: request <= 2 ? 500 : 200 })
    const notices: string[] = []
    const notifier = new Notifier({ urls: [server.url()], intervalMs: 10, onNotice: (text) => notices.push(text) })
    await put(notifier.targets, 'opened', 1)
    await put(notifier.targets, 'closed', 1)
    await runUntil(notifier, () => server.taken.length === 2)
    expect(server.texts).toEqual(['opened 1', 'closed 1'])
    expect(new Set(server.received.map((n) => n.id)).size).toBe(2)
    expect(notices).toEqual([
      expect.stringMatching(
        /^the webhook at 127\.0\.0\.1:\d+ takes no notifications \(HTTP 500 .*kept and sent later$/,
      ),
      expect.stringMatching(/answers again$/),
    ])
  })

  test('not before the time that Retry-After asks for', async () => {
    server.answer = (request) => (request === 1 ? { status: 429, headers: { 'retry-after': '2' } } : { status: 204 })
    const notifier = new Notifier({ urls: [server.url()], intervalMs: 10 })
    await put(notifier.targets, 'opened', 1)
    const begun = Date.now()
    await runUntil(notifier, () => server.taken.length === 1)
    expect(server.received).toHaveLength(2)
    expect(Date.now() - begun).toBeGreaterThanOrEqual(2_000)
  })

  test('a refusal is given up, told, and the next one is sent', async () => {
    server.answer = (request) => ({ status: request === 1 ? 404 : 200 })
    const notices: string[] = []
    const notifier = new Notifier({ urls: [server.url()], intervalMs: 10, onNotice: (text) => notices.push(text) })
    await put(notifier.targets, 'opened', 1)
    await put(notifier.targets, 'opened', 2)
    const result = await runUntil(notifier, () => server.taken.length === 1)
    expect(server.texts).toEqual(['opened 2'])
    expect(result).toEqual({ sent: 1, givenUp: 1, waiting: 0 })
    expect(notices).toEqual([expect.stringContaining('HTTP 404 Not Found')])
    expect(await status('SELECT failed FROM notifications WHERE failed IS NOT NULL')).toEqual([['HTTP 404 Not Found']])
  })

  test('a redirect is a refusal: it would turn the post into a get', async () => {
    server.answer = () => ({ status: 302, headers: { location: server.url('elsewhere') } })
    const notifier = new Notifier({ urls: [server.url()], intervalMs: 10 })
    await put(notifier.targets, 'opened', 1)
    expect(await notifier.run(await database.open(), AbortSignal.abort())).toMatchObject({ givenUp: 1 })
    expect(server.received).toHaveLength(1)
  })

  test('what was created more than a day ago is given up after one more try', async () => {
    server.answer = () => ({ status: 500 })
    const notifier = new Notifier({ urls: [server.url()], intervalMs: 10 })
    const connection = await database.open()
    const payload = notificationOf('opened', episode(1))
    const yesterday = Date.now() - 86_400_001
    await enqueue(connection, notifier.targets, { kind: 'opened', episode: 1, payload, live: true }, yesterday)
    expect(await notifier.run(connection, AbortSignal.abort())).toEqual({ sent: 0, givenUp: 1, waiting: 0 })
  })
})

describe('a restart', () => {
  test('sends nothing twice, and what waited for a server that was away', async () => {
    const first = new Notifier({ urls: [server.url()], intervalMs: 10 })
    await put(first.targets, 'opened', 1)
    await runUntil(first, () => server.taken.length === 1)
    await server.stop()
    await put(first.targets, 'closed', 1)
    const away = new Notifier({ urls: [server.url()], intervalMs: 10 })
    expect(await away.run(await database.open(), AbortSignal.abort())).toEqual({ sent: 0, givenUp: 0, waiting: 1 })
    database.close()
    await server.start()
    const second = new Notifier({ urls: [server.url()], intervalMs: 10 })
    await put(second.targets, 'opened', 1)
    await put(second.targets, 'closed', 1)
    await runUntil(second, () => server.taken.length === 2)
    database.close()
    await new Notifier({ urls: [server.url()] }).run(await database.open(), AbortSignal.abort())
    expect(server.texts).toEqual(['opened 1', 'closed 1'])
  })

  test('between answer and mark repeats one notification, under the same id', async () => {
    const notifier = new Notifier({ urls: [server.url()], intervalMs: 10 })
    await put(notifier.targets, 'opened', 1)
    const connection = await database.open()
    await notifier.run(connection, AbortSignal.abort())
    // As if the process had died before the mark was committed.
    await connection.run('UPDATE notifications SET sent = NULL')
    await new Notifier({ urls: [server.url()] }).run(connection, AbortSignal.abort())
    expect(server.received.map((n) => n.id)).toEqual([server.received[0].id, server.received[0].id])
  })

  test('a server that never answers loses nothing', { timeout: 40_000 }, async () => {
    server.answer = () => null
    const notifier = new Notifier({ urls: [server.url()] })
    await put(notifier.targets, 'opened', 1)
    expect(await notifier.run(await database.open(), AbortSignal.abort())).toEqual({ sent: 0, givenUp: 0, waiting: 1 })
    server.answer = () => ({ status: 200 })
    await runUntil(new Notifier({ urls: [server.url()], intervalMs: 10 }), () => server.taken.length === 1)
    expect(server.texts).toEqual(['opened 1'])
  })
})

describe('addresses are secrets', () => {
  test('no notice and no table holds more of one than its host', async () => {
    const notices: string[] = []
    const urls = [server.url('S3CRET-a'), server.url('S3CRET-b')]
    server.answer = (request) => ({ status: request % 2 === 0 ? 500 : 403 })
    const notifier = new Notifier({ urls, intervalMs: 10, onNotice: (text) => notices.push(text) })
    await put(notifier.targets, 'opened', 1)
    await put(notifier.targets, 'opened', 2)
    await runUntil(notifier, () => notices.length >= 2)
    expect(notices.join('\n')).toContain('127.0.0.1')
    expect(notices.join('\n')).not.toContain('S3CRET')
    expect(
      JSON.stringify(await status('SELECT * EXCLUDE (id, created, next_attempt, sent) FROM notifications')),
    ).not.toContain('S3CRET')
  })

  test('an address that is none is refused without being repeated', () => {
    for (const address of ['hooks.slack.com/services/S3CRET', 'ftp://h/S3CRET', '', 'http://user:S3CRET@h/']) {
      let message = ''
      try {
        new Webhook(address)
      } catch (error) {
        message = String(error)
      }
      expect(message).toMatch(/webhook/)
      expect(message).not.toContain('S3CRET')
    }
  })
})

describe('what is posted', () => {
  const notification = notificationOf('opened', episode(1, { device: 'A & <B>', severity: 'critical' }))

  test('is the notification itself, or what Slack and Discord take', () => {
    expect(notification.text).toBe(
      'CRITICAL GPU hot on A & <B>: gpu_temperature reached 90 °C (limit 85 °C). Clean the fan.',
    )
    expect(bodyFor('example.org', notification)).toBe(notification)
    expect(bodyFor('hooks.slack.com.example.org', notification)).toBe(notification)
    expect(bodyFor('notdiscord.com', notification)).toBe(notification)
    expect(bodyFor('hooks.slack.com', notification)).toEqual({
      text: 'CRITICAL GPU hot on A &amp; &lt;B&gt;: gpu_temperature reached 90 °C (limit 85 °C). Clean the fan.',
    })
    for (const host of ['discord.com', 'discordapp.com', 'ptb.discord.com']) {
      expect(bodyFor(host, notification)).toEqual({ content: notification.text, allowed_mentions: { parse: [] } })
    }
  })

  test('is news for ten minutes', () => {
    expect(isNews(0, 600_000)).toBe(true)
    expect(isNews(0, 600_001)).toBe(false)
  })
})

describe('waiting', () => {
  test('doubles, within half of it by chance, up to the longest', () => {
    for (const [failures, least, greatest] of [
      [1, 500, 1_000],
      [2, 1_000, 2_000],
      [5, 8_000, 16_000],
      [50, 30_000, 60_000],
    ]) {
      for (let i = 0; i < 50; i++) {
        const delay = backoff(failures, 60_000)
        expect(delay).toBeGreaterThanOrEqual(least)
        expect(delay).toBeLessThanOrEqual(greatest)
      }
    }
  })

  test('as Retry-After has it: seconds, fractions, a date, nothing', () => {
    const now = Date.UTC(2026, 0, 1)
    expect(retryAfter('120', now)).toBe(120_000)
    expect(retryAfter('0.65', now)).toBe(650)
    expect(retryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000)
    expect(retryAfter('Wed, 31 Dec 2025 00:00:30 GMT', now)).toBe(0)
    expect(retryAfter('soon', now)).toBe(0)
    expect(retryAfter(null, now)).toBe(0)
  })
})
