import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countPending, enqueue, firstPending, markFailed, markRetry, markSent } from '../../store/outbox.ts'
import { nextIds } from '../../store/saved-pipelines.ts'
import { StoreWriter } from '../../store/writer.ts'
import { Database, rows } from './database.ts'

let database: Database
beforeEach(async () => {
  database = await Database.create()
})
afterEach(() => database.remove())

const NOW = Date.UTC(2026, 7, 6, 19)
const opened = (episode: number, live = true) => ({ kind: 'opened', episode, payload: { n: episode }, live }) as const
const closed = (episode: number) => ({ kind: 'closed', episode, payload: { n: -episode }, live: false }) as const

describe('outbox', () => {
  test('gives what was put in, oldest first, until it is sent or given up', async () => {
    const connection = await database.open()
    await enqueue(connection, ['a', 'b'], opened(1), NOW)
    await enqueue(connection, ['a', 'b'], opened(2), NOW + 5)
    expect(await firstPending(connection, 'a')).toEqual({
      id: 1,
      payload: '{"n":1}',
      created: NOW,
      nextAttempt: NOW,
      attempts: 0,
    })
    await markRetry(connection, 1, NOW + 1_000)
    expect(await firstPending(connection, 'a')).toMatchObject({ id: 1, attempts: 1, nextAttempt: NOW + 1_000 })
    await markSent(connection, 1, NOW + 2_000)
    expect(await firstPending(connection, 'a')).toMatchObject({ id: 3, payload: '{"n":2}' })
    await markFailed(connection, 3, 'HTTP 404')
    expect(await firstPending(connection, 'a')).toBeNull()
    expect(await countPending(connection, 'b')).toBe(2)
    expect(await rows(connection, "SELECT attempts, failed FROM notifications WHERE target = 'a' ORDER BY id")).toEqual(
      [
        [2, null],
        [1, 'HTTP 404'],
      ],
    )
  })

  test('what is enqueued again, as after a restart, is there once', async () => {
    const connection = await database.open()
    for (let i = 0; i < 3; i++) {
      await enqueue(connection, ['a'], opened(1), NOW + i)
      await enqueue(connection, ['a'], closed(1), NOW + i)
    }
    expect(await rows(connection, 'SELECT kind, payload FROM notifications ORDER BY id')).toEqual([
      ['opened', '{"n":1}'],
      ['closed', '{"n":-1}'],
    ])
  })

  test('an opening that is no news is left out, and so is its closing', async () => {
    const connection = await database.open()
    await enqueue(connection, ['a'], opened(1, false), NOW)
    await enqueue(connection, ['a'], closed(1), NOW)
    expect(await countPending(connection, 'a')).toBe(0)
  })

  test('a closing is told where the opening was, however late, and to no other target', async () => {
    const connection = await database.open()
    await enqueue(connection, ['a'], opened(1), NOW)
    await markSent(connection, 1, NOW)
    await enqueue(connection, ['a', 'b'], closed(1), NOW + 86_400_000)
    expect(await rows(connection, "SELECT target FROM notifications WHERE kind = 'closed'")).toEqual([['a']])
  })

  test('a transaction that is rolled back leaves no notification; one that is committed survives the process', async () => {
    const connection = await database.open()
    await connection.run('BEGIN')
    await enqueue(connection, ['a'], opened(1), NOW)
    await connection.run('ROLLBACK')
    await connection.run('BEGIN')
    await enqueue(connection, ['a'], opened(2), NOW)
    await connection.run('COMMIT')
    database.close()
    const again = await database.open()
    expect(await countPending(again, 'a')).toBe(1)
    expect(await firstPending(again, 'a')).toMatchObject({ payload: '{"n":2}' })
  })

  test("marks and the writer's open transaction do not get into each other's way", async () => {
    const writer = await database.open()
    const sender = await database.open()
    await enqueue(writer, ['a'], opened(0), NOW)
    for (let i = 1; i <= 50; i++) {
      await writer.run('BEGIN')
      await enqueue(writer, ['a'], opened(i), NOW)
      const pending = await firstPending(sender, 'a')
      if (pending !== null) await markSent(sender, pending.id, NOW)
      await enqueue(writer, ['a'], closed(i - 1), NOW)
      await writer.run('COMMIT')
    }
    expect(await rows(writer, 'SELECT count(*), count(sent), count(DISTINCT id) FROM notifications')).toEqual([
      [101n, 50n, 101n],
    ])
  })
})

describe('a checkpoint', () => {
  test('brings its notifications with it, and numbers of told episodes are not given again', async () => {
    const writer = await StoreWriter.open(await database.open())
    const connection = await database.open()
    const notifications = { targets: ['a', 'b'], entries: [opened(7), closed(7)] }
    await writer.commit({ tables: [], rejects: [], pipelines: [], notifications })
    expect(await firstPending(connection, 'b')).toMatchObject({ payload: '{"n":7}', attempts: 0 })
    expect(await countPending(connection, 'a')).toBe(2)
    expect(await nextIds(connection)).toEqual({ episode: 8, session: 0 })
  })
})
