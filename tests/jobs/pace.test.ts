import { expect, test } from 'vitest'
import type { RowsInColumns } from '../../engine/index.ts'
import { paced } from '../../jobs/pace.ts'

async function* batches(...times: number[][]): AsyncGenerator<RowsInColumns> {
  for (const batch of times) {
    yield {
      count: batch.length,
      columns: new Map([['T', { data: Float64Array.from(batch), nulls: null }]]),
      rowtime: Float64Array.from(batch),
    }
  }
}

async function replay(speed: number, signal: AbortSignal, ...times: number[][]) {
  let clock = 0
  const out: { at: number; times: number[] }[] = []
  const wait = async (ms: number) => {
    signal.throwIfAborted()
    clock += ms
  }
  for await (const rows of paced(batches(...times), speed, signal, { now: () => clock, wait })) {
    out.push({ at: clock, times: [...(rows.columns.get('T')?.data.slice(0, rows.count) ?? [])].map(Number) })
  }
  return out
}

const never = new AbortController().signal

test('rows come at the pace of their stamps, times the speed', async () => {
  expect(await replay(1, never, [1000, 2000, 3000], [5000])).toEqual([
    { at: 0, times: [1000] },
    { at: 1000, times: [2000] },
    { at: 2000, times: [3000] },
    { at: 4000, times: [5000] },
  ])
  expect((await replay(10, never, [0, 1000, 2000])).map((r) => r.at)).toEqual([0, 100, 200])
})

test('rows that fall due within a moment go together', async () => {
  expect(await replay(1, never, [0, 5, 10, 1000])).toEqual([
    { at: 0, times: [0, 5, 10] },
    { at: 1000, times: [1000] },
  ])
})

test('a long pause counts as a minute, a step back as none', async () => {
  expect((await replay(1, never, [0, 9 * 3_600_000, 9 * 3_600_000 - 5000, 9 * 3_600_000])).map((r) => r.at)).toEqual([
    0, 60_000, 65_000,
  ])
})

test('an abort ends it', async () => {
  const controller = new AbortController()
  controller.abort()
  expect(await replay(1, controller.signal, [0, 1000])).toEqual([{ at: 0, times: [0] }])
})
