import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StoreError } from '../../store/store-error.ts'
import { type SmallDisk, smallDisk } from '../store/small-disk.ts'
import { Followed, followTo, monitored } from './monitored.ts'
import { scratchFolder } from './scratch.ts'
import { storeContents } from './store-contents.ts'

const ROWS = 20_000
const PIECES = 20
const scratch = scratchFolder()

/** Follows a log that grows piece by piece, each in a checkpoint of its own, until the disk is full. @returns pieces committed */
async function fill(store: string, log: string, whole: readonly string[]): Promise<number> {
  let committed = 0
  const work = monitored(store, async (monitor) => {
    const followed = new Followed(monitor, 'card', log)
    for (let piece = 0; piece < PIECES; piece++) {
      const from = piece === 0 ? 0 : 1 + (piece * ROWS) / PIECES
      const lines = whole.slice(from, 1 + ((piece + 1) * ROWS) / PIECES)
      appendFileSync(log, lines.map((line) => `${line}\r\n`).join(''), 'latin1')
      await followed.reaches(((piece + 1) * ROWS) / PIECES)
      await monitor.checkpoint()
      committed++
    }
    await followed.stop()
  })
  const error: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(StoreError)
  expect((error as StoreError).message).toContain(`${store}: the disk is full`)
  expect((error as StoreError).fix).toContain('Make room, then run the same command again')
  return committed
}

async function recovers(disk: SmallDisk): Promise<void> {
  const whole = await scratch.simulated('whole.txt', ROWS, 3)
  const lines = readFileSync(whole, 'latin1').split('\r\n')
  const log = scratch.path('log.txt')
  writeFileSync(log, '')
  const store = join(disk.path, 'store.duckdb')

  const committed = await fill(store, log, lines)
  expect(committed).toBeGreaterThan(1)
  writeFileSync(log, readFileSync(whole))
  // on the full disk it fails again, and spoils nothing
  const again = monitored(store, (monitor) => followTo(ROWS, monitor, 'card', log))
  await expect(again).rejects.toBeInstanceOf(StoreError)

  disk.remount('size=256m')
  const kept = (await storeContents(store))['readings']
  expect(kept).toHaveLength((committed * ROWS) / PIECES)
  await monitored(store, (monitor) => followTo(ROWS, monitor, 'card', log))

  const calm = scratch.path('calm.duckdb')
  await monitored(calm, (monitor) => followTo(ROWS, monitor, 'card', whole))
  const [filled, undisturbed] = [await storeContents(store), await storeContents(calm)]
  for (const table of Object.keys(undisturbed)) expect(filled[table], table).toEqual(undisturbed[table])
  expect(undisturbed['readings']).toHaveLength(ROWS)
  expect(undisturbed['episodes']?.length).toBeGreaterThan(0)
}

test('a full disk is told of; with room again the store goes on and ends with what an undisturbed one has', async ({
  skip,
}) => {
  const disk = smallDisk(3)
  if (disk === null) return skip()
  try {
    await recovers(disk)
  } finally {
    disk.remove()
  }
}, 120_000)
