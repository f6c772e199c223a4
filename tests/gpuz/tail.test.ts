import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { LogReader } from '../../gpuz/log-reader.ts'
import { LogTail } from '../../gpuz/tail.ts'
import type { TailEvent, TailPosition } from '../../gpuz/tail-event.ts'
import { describeWithShared } from '../shared.ts'
import { header, LogWriter, record, rowIds } from './tail-log.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gpumon-tail-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const options = { timezone: 'UTC' }
let tests = 0
let writer: LogWriter
beforeEach(() => {
  const folder = join(scratch, String(tests++))
  mkdirSync(folder)
  writer = new LogWriter(join(folder, 'GPU-Z Sensor Log.txt'))
})

const newTail = () => new LogTail(writer.path, options)

async function restarted(tail: LogTail): Promise<LogTail> {
  const position = tail.position()
  await tail.close()
  if (position === null) throw new Error('no position')
  return LogTail.resume(JSON.parse(JSON.stringify(position)) as TailPosition, options)
}

function ends(events: readonly TailEvent[]) {
  return events.flatMap((event) =>
    event.kind === 'ended'
      ? [{ generation: event.generation, reason: event.reason, unreadBytes: event.unreadBytes }]
      : [],
  )
}

describe('a log that grows', () => {
  test('gives each row once, when its line is complete', async () => {
    const tail = newTail()
    writer.append(2)
    expect(rowIds(await tail.poll())).toEqual([0, 1])
    expect(await tail.poll()).toEqual([])
    writer.appendHalf(0.5)
    expect(rowIds(await tail.poll())).toEqual([])
    writer.finish()
    expect(rowIds(await tail.poll())).toEqual([2])
    await tail.close()
  })

  test('may be missing at first, which is said once', async () => {
    const tail = newTail()
    expect(await tail.poll()).toEqual([{ kind: 'missing' }])
    expect(await tail.poll()).toEqual([])
    expect(tail.position()).toBeNull()
    writer.append(1)
    expect(rowIds(await tail.poll())).toEqual([0])
    await tail.close()
  })

  test('may change its columns at a header in the middle', async () => {
    const tail = newTail()
    writer.append(2)
    writer.layout = 1
    writer.restart()
    writer.append(2)
    const events = await tail.poll()
    expect(rowIds(events)).toEqual([0, 1, 2, 3])
    expect(ends(events)).toEqual([])
    await tail.close()
  })

  test('is read in bounded pieces when there is a backlog', async () => {
    writer.append(500)
    const total = readFileSync(writer.path).length
    const tail = new LogTail(writer.path, { ...options, pollBytes: 2_000 })
    const sizes: number[] = []
    do {
      sizes.push(rowIds(await tail.poll()).length)
      expect(tail.progress).toEqual({ bytes: Math.min(total, 2_000 * sizes.length), size: total })
    } while (tail.behind)
    expect(sizes.reduce((sum, size) => sum + size)).toBe(500)
    expect(Math.max(...sizes)).toBeLessThan(60)
    await tail.close()
  })

  test('numbers its rows from 0 in each generation, and on after a restart', async () => {
    let tail = newTail()
    const rowsOf = (events: readonly TailEvent[]) =>
      events.flatMap((event) =>
        event.kind === 'rows' ? [...event.batch.row].map((row) => [event.generation, row]) : [],
      )
    writer.append(2)
    expect(rowsOf(await tail.poll())).toEqual([
      [0, 0],
      [0, 1],
    ])
    tail = await restarted(tail)
    writer.append(1)
    expect(rowsOf(await tail.poll())).toEqual([[0, 2]])
    writer.rewrite(1, 1)
    expect(rowsOf(await tail.poll())).toEqual([[1, 0]])
    await tail.close()
  })

  test('that is a folder is refused', async () => {
    mkdirSync(writer.path)
    await expect(newTail().poll()).rejects.toThrow(/not a file; give the path of a GPU-Z log/)
  })
})

describe('another log under the same name', () => {
  test('with the same header is not taken for the first', async () => {
    const tail = newTail()
    writer.append(5)
    await tail.poll()
    writer.delete()
    writer.append(9)
    const events = await tail.poll()
    expect(rowIds(events)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13])
    expect(ends(events)).toEqual([{ generation: 0, reason: 'rotated', unreadBytes: 0 }])
    await tail.close()
  })

  test('with the same header is not taken for the first after a restart, even at the same inode', async () => {
    let tail = newTail()
    writer.append(5)
    await tail.poll()
    tail = await restarted(tail)
    writer.rewrite(0, 9)
    const events = await tail.poll()
    expect(rowIds(events)).toHaveLength(9)
    expect(ends(events)).toEqual([{ generation: 0, reason: 'replaced', unreadBytes: 0 }])
    await tail.close()
  })

  test('begun while only a header was there loses nothing', async () => {
    let tail = newTail()
    writer.append(0)
    await tail.poll()
    tail = await restarted(tail)
    writer.delete()
    writer.append(3)
    expect(rowIds(await tail.poll())).toEqual([0, 1, 2])
    await tail.close()
  })

  test('with the same content, copied over the old one, is the same log', async () => {
    const tail = newTail()
    writer.append(5)
    await tail.poll()
    const content = readFileSync(writer.path)
    rmSync(writer.path)
    writeFileSync(writer.path, content)
    appendFileSync(writer.path, record(5))
    const events = await tail.poll()
    expect(rowIds(events)).toEqual([5])
    expect(ends(events)).toEqual([])
    await tail.close()
  })
})

describe('rotation', () => {
  test('gives the rest of the old file, then the new one', async () => {
    const tail = newTail()
    writer.append(2)
    await tail.poll()
    writer.append(3)
    writer.rotate()
    writer.append(2)
    const events = await tail.poll()
    expect(rowIds(events)).toEqual([2, 3, 4, 5, 6])
    expect(ends(events)).toEqual([{ generation: 0, reason: 'rotated', unreadBytes: 0 }])
    await tail.close()
  })

  test('goes on with the old file while nothing has its name', async () => {
    const tail = newTail()
    writer.append(1)
    await tail.poll()
    const old = `${writer.path}.1`
    writer.rotate()
    expect(await tail.poll()).toEqual([{ kind: 'missing' }])
    appendFileSync(old, record(1))
    expect(rowIds(await tail.poll())).toEqual([1])
    await tail.close()
  })

  test('while stopped is found by inode', async () => {
    let tail = newTail()
    writer.append(2)
    await tail.poll()
    tail = await restarted(tail)
    writer.append(3)
    writer.rotate()
    writer.append(1)
    const events = await tail.poll()
    expect(rowIds(events)).toEqual([2, 3, 4, 5])
    expect(ends(events)).toEqual([{ generation: 0, reason: 'rotated', unreadBytes: 0 }])
    await tail.close()
  })
})

describe('a log that is cut', () => {
  test('is read from its new start', async () => {
    const tail = newTail()
    writer.append(5)
    await tail.poll()
    writer.truncate()
    writer.append(2)
    const events = await tail.poll()
    expect(rowIds(events)).toEqual([5, 6])
    expect(ends(events)).toEqual([{ generation: 0, reason: 'truncated', unreadBytes: 0 }])
    await tail.close()
  })

  test('and grows beyond the old place before anybody looks is read from its new start', async () => {
    const tail = newTail()
    writer.append(2)
    await tail.poll()
    writer.truncate()
    writer.append(50)
    const events = await tail.poll()
    expect(rowIds(events)).toHaveLength(50)
    expect(ends(events)).toEqual([{ generation: 0, reason: 'rewritten', unreadBytes: 0 }])
    await tail.close()
  })

  test('while stopped is read once, not again at each start', async () => {
    let tail = newTail()
    writer.append(50)
    await tail.poll()
    tail = await restarted(tail)
    writer.truncate()
    writer.append(2)
    expect(rowIds(await tail.poll())).toEqual([50, 51])
    tail = await restarted(tail)
    expect(rowIds(await tail.poll())).toEqual([])
    await tail.close()
  })

  test('with a backlog counts the bytes that nobody read', async () => {
    writer.append(100)
    const tail = new LogTail(writer.path, { ...options, pollBytes: 1_000 })
    const given = rowIds(await tail.poll()).length
    truncateSync(writer.path, 0)
    const unreadBytes = (100 - given) * record(0).length
    expect(ends(await tail.poll())).toEqual([{ generation: 0, reason: 'truncated', unreadBytes }])
    await tail.close()
  })

  test('in its middle is another log: what is left is given under a new generation', async () => {
    const tail = newTail()
    writer.append(5)
    await tail.poll()
    truncateSync(writer.path, header().length + 2 * record(0).length)
    const events = await tail.poll()
    expect(rowIds(events)).toEqual([0, 1])
    expect(events.map((event) => event.kind)).toEqual(['ended', 'started', 'rows'])
    await tail.close()
  })
})

describe('a log that is cut while its program writes on', () => {
  test('keeps its columns though no header follows', async () => {
    const tail = newTail()
    writer.append(3)
    await tail.poll()
    writeFileSync(writer.path, record(3))
    expect(rowIds(await tail.poll())).toEqual([3])
    await tail.close()
  })

  test.each([true, false])('has NULs up to the old place (the empty file seen: %s)', async (seen) => {
    let tail = newTail()
    writer.append(3)
    await tail.poll()
    const place = readFileSync(writer.path).length
    truncateSync(writer.path, 0)
    if (seen) {
      await tail.poll()
      tail = await restarted(tail)
    }
    truncateSync(writer.path, place)
    appendFileSync(writer.path, record(3))
    const events = await tail.poll()
    expect(rowIds(events)).toEqual([3])
    appendFileSync(writer.path, record(4))
    expect(rowIds(await tail.poll())).toEqual([4])
    await tail.close()
  })
})

describe('a log that is deleted', () => {
  test.skipIf(process.platform === 'win32')('gives the rows written before that', async () => {
    const tail = newTail()
    writer.append(1)
    await tail.poll()
    writer.append(3)
    writer.delete()
    const events = await tail.poll()
    expect(rowIds(events)).toEqual([1, 2, 3])
    expect(events.at(-1)).toEqual({ kind: 'missing' })
    writer.append(1)
    expect(rowIds(await tail.poll())).toEqual([4])
    await tail.close()
  })

  test('while stopped is said, with the bytes that were known', async () => {
    writer.append(100)
    let tail = new LogTail(writer.path, { ...options, pollBytes: 1_000 })
    const given = rowIds(await tail.poll()).length
    tail = await restarted(tail)
    rmSync(writer.path)
    expect(await tail.poll()).toEqual([{ kind: 'missing' }])
    writer.rewrite(1, 1)
    const unreadBytes = (100 - given) * record(0).length
    expect(ends(await tail.poll())).toEqual([{ generation: 0, reason: 'replaced', unreadBytes }])
    await tail.close()
  })
})

describe('following', () => {
  test('polls at its interval and ends when asked', async () => {
    const controller = new AbortController()
    const waits: number[] = []
    const wait = async (ms: number) => {
      waits.push(ms)
      if (waits.length === 4) controller.abort()
      else writer.append(1)
    }
    const tail = new LogTail(writer.path, { ...options, intervalMs: 250, wait })
    const events: TailEvent[] = []
    for await (const event of tail.follow(controller.signal)) events.push(event)
    expect(waits).toEqual([250, 250, 250, 250])
    expect(events[0]).toEqual({ kind: 'missing' })
    expect(rowIds(events)).toEqual([0, 1, 2])
  })

  test('does not wait while there is a backlog', async () => {
    const controller = new AbortController()
    writer.append(100)
    const tail = new LogTail(writer.path, {
      ...options,
      pollBytes: 1_000,
      wait: async () => controller.abort(),
    })
    const events: TailEvent[] = []
    for await (const event of tail.follow(controller.signal)) events.push(event)
    expect(rowIds(events)).toHaveLength(100)
  })
})

describeWithShared('a real log that grows piece by piece', (shared) => {
  test.each([
    'amd-rx5700xt-2020-twelve-headers.txt',
    'nvidia-pascal-2018-utf16be.txt',
    'intel-irisxe-2024-nul-run.txt',
  ])('%s: gives the rows of the whole, over any cuts, stops and starts', async (name) => {
    const content = readFileSync(join(shared, 'gpuz', 'logs', name))
    const reader = new LogReader(options)
    const whole = reader.push(content).flatMap((batch) => [...batch.ts])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(content.length), { maxLength: 12 }), fc.nat(3), async (cuts, restartEvery) => {
        const path = join(scratch, `real-${tests++}.txt`)
        writeFileSync(path, '')
        let tail = new LogTail(path, options)
        const given: number[] = []
        let written = 0
        for (const cut of [...cuts.sort((a, b) => a - b), content.length]) {
          appendFileSync(path, content.subarray(written, cut))
          written = Math.max(written, cut)
          for (const event of await tail.poll()) if (event.kind === 'rows') given.push(...event.batch.ts)
          if (restartEvery > 0 && cut % restartEvery === 0) tail = await restarted(tail)
        }
        for (const event of await tail.poll()) if (event.kind === 'rows') given.push(...event.batch.ts)
        await tail.close()
        rmSync(path)
        expect(given).toEqual(whole)
      }),
      { numRuns: 25 },
    )
  })
})
