import type { DuckDBConnection } from '@duckdb/node-api'

/**
 * Notifications and what became of them: a transactional outbox. A row is written by the transaction that opens or closes its episode, so there is
 * no episode without its notification and none without its episode, whenever the process stops. Kept after sending: that is what keeps a restart
 * from sending again.
 */
export const OUTBOX_TABLES = [
  'CREATE SEQUENCE notification_ids',
  // target: receiver by host and hash, never its address, which is a secret; payload: JSON; one of sent and failed ends it
  "CREATE TABLE notifications (id BIGINT PRIMARY KEY DEFAULT nextval('notification_ids'), target VARCHAR NOT NULL, kind VARCHAR NOT NULL, episode INTEGER NOT NULL, payload VARCHAR NOT NULL, created TIMESTAMP_MS NOT NULL, attempts INTEGER NOT NULL, next_attempt TIMESTAMP_MS NOT NULL, sent TIMESTAMP_MS, failed VARCHAR, UNIQUE (target, episode, kind))",
] as const

export interface OutboxEntry {
  readonly kind: 'opened' | 'closed'
  /** id of the episode */
  readonly episode: number
  /** what JSON can hold */
  readonly payload: object
  /** whether an opening is still news; a closing is, if its opening was */
  readonly live: boolean
}

export interface PendingNotification {
  readonly id: number
  readonly payload: string
  /** ms since 1970-01-01 UTC */
  readonly created: number
  readonly nextAttempt: number
  /** tries so far, all without success */
  readonly attempts: number
}

/**
 * Puts a notification for each target into the outbox, within the caller's transaction. An opening that is not live is left out, and so is a closing
 * for a target that was never told of the opening. What is there already stays as it is.
 * @param now ms since 1970-01-01 UTC
 */
export async function enqueue(
  connection: DuckDBConnection,
  targets: readonly string[],
  { kind, episode, payload, live }: OutboxEntry,
  now: number,
): Promise<void> {
  if (kind === 'opened' && !live) return
  const opened =
    kind === 'opened'
      ? ''
      : "WHERE EXISTS (FROM notifications WHERE target = $target AND episode = $episode AND kind = 'opened')"
  for (const target of targets) {
    await connection.run(
      `INSERT OR IGNORE INTO notifications (target, kind, episode, payload, created, attempts, next_attempt)
       SELECT $target, $kind, $episode, $payload, make_timestamp_ms($now::BIGINT), 0, make_timestamp_ms($now::BIGINT) ${opened}`,
      { target, kind, episode, payload: JSON.stringify(payload), now },
    )
  }
}

/** The oldest notification of a target that is neither sent nor given up; null if there is none. */
export async function firstPending(connection: DuckDBConnection, target: string): Promise<PendingNotification | null> {
  const reader = await connection.runAndReadAll(
    `SELECT id::DOUBLE, payload, epoch_ms(created)::DOUBLE, epoch_ms(next_attempt)::DOUBLE, attempts
     FROM notifications WHERE target = $target AND sent IS NULL AND failed IS NULL ORDER BY id LIMIT 1`,
    { target },
  )
  const [row] = reader.getRowsJS() as [number, string, number, number, number][]
  if (row === undefined) return null
  const [id, payload, created, nextAttempt, attempts] = row
  return { id, payload, created, nextAttempt, attempts }
}

/** How many notifications of a target are neither sent nor given up. */
export async function countPending(connection: DuckDBConnection, target: string): Promise<number> {
  const reader = await connection.runAndReadAll(
    'SELECT count(*)::DOUBLE FROM notifications WHERE target = $target AND sent IS NULL AND failed IS NULL',
    { target },
  )
  return Number(reader.getRowsJS()[0][0])
}

/** The receiver has taken it. @param at ms since 1970-01-01 UTC */
export async function markSent(connection: DuckDBConnection, id: number, at: number): Promise<void> {
  await connection.run(
    'UPDATE notifications SET attempts = attempts + 1, sent = make_timestamp_ms($at::BIGINT) WHERE id = $id',
    { id, at },
  )
}

/** It is to be tried again. @param at not before this time, ms since 1970-01-01 UTC */
export async function markRetry(connection: DuckDBConnection, id: number, at: number): Promise<void> {
  await connection.run(
    'UPDATE notifications SET attempts = attempts + 1, next_attempt = make_timestamp_ms($at::BIGINT) WHERE id = $id',
    { id, at },
  )
}

/** It is given up. */
export async function markFailed(connection: DuckDBConnection, id: number, reason: string): Promise<void> {
  await connection.run('UPDATE notifications SET attempts = attempts + 1, failed = $reason WHERE id = $id', {
    id,
    reason,
  })
}
