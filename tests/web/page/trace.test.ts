import { expect, test } from 'vitest'
import { Trace } from '../../../web/page/charts/trace.ts'

const series = (values: number[]) => ({ min: values, max: values, avg: values, last: values })

function trace(t: number[], values: number[]): Trace {
  return new Trace({
    device: 'a',
    from: 0,
    to: 1e6,
    bucket: 0,
    resolution: 'readings',
    t,
    sensors: { x: series(values) },
  })
}

test('a reading that comes is appended, one that is there already is not', () => {
  const one = trace([1_000, 2_000], [1, 2])
  expect(one.append({ device: 'a', t: [2_000, 3_000], sensors: { x: [9, 3] } })).toBe(true)
  expect(one.t).toEqual([1_000, 2_000, 3_000])
  expect(one.lines.get('x')?.avg).toEqual([1, 2, 3])
  expect(one.append({ device: 'a', t: [3_000], sensors: { x: [9] } })).toBe(false)
})

test('a sensor without a reading leaves a hole, a pause of the log breaks all lines', () => {
  const one = trace([1_000, 2_000], [1, 2])
  one.append({ device: 'a', t: [3_000, 60_000], sensors: { x: [null, 4] } })
  expect(one.t).toEqual([1_000, 2_000, 3_000, 3_001, 60_000])
  expect(one.lines.get('x')?.max).toEqual([1, 2, null, null, 4])
})

test('a log with a reading a minute has no pause in it', () => {
  const one = trace([0, 60_000], [1, 2])
  one.append({ device: 'a', t: [120_000], sensors: { x: [3] } })
  expect(one.t).toEqual([0, 60_000, 120_000])
})

test('what came while the server was answering is kept, what has moved out of sight is not', () => {
  const old = trace([1_000, 2_000], [1, 2])
  old.append({ device: 'a', t: [3_000], sensors: { x: [3] } })
  const fresh = trace([0, 1_000, 2_000], [0, 1, 2])
  fresh.takeOver(old)
  expect(fresh.t).toEqual([0, 1_000, 2_000, 3_000])
  fresh.dropBefore(1_500)
  expect(fresh.t).toEqual([1_000, 2_000, 3_000])
  expect(fresh.lines.get('x')?.min).toEqual([1, 2, 3])
  const again = trace([2_000], [2])
  again.takeOver(fresh)
  expect(again.t).toEqual([2_000, 3_000])
})

test('a bucket of another width, which begins later than the last of the answer, is nothing new', () => {
  const fresh = trace([0, 60_000], [1, 2])
  fresh.takeOver(trace([0, 39_000, 78_000], [1, 2, 3]))
  expect(fresh.t).toEqual([0, 60_000])
})
