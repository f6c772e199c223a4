import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Column, RowsInColumns } from '../../engine/index.ts'
import { mergeByTime, type RowSource } from '../../jobs/merge-by-time.ts'

interface Row {
  readonly time: number
  readonly name: string
  readonly reading: number | null
}

function rowsIn(rows: readonly Row[], withReading: boolean): RowsInColumns {
  const columns = new Map<string, Column>([['NAME', { data: rows.map((r) => r.name), nulls: null }]])
  if (withReading) {
    const absent = Uint8Array.from(rows, (r) => (r.reading === null ? 1 : 0))
    columns.set('READING', {
      data: Float64Array.from(rows, (r) => r.reading ?? Number.NaN),
      nulls: absent.includes(1) ? absent : null,
    })
  }
  return { count: rows.length, columns, rowtime: Float64Array.from(rows, (r) => r.time) }
}

function sourceOf(rows: readonly Row[], cuts: readonly number[], withReading: boolean): RowSource {
  const batches: RowsInColumns[] = []
  let from = 0
  for (const cut of [...cuts, rows.length]) {
    const to = Math.min(rows.length, from + cut)
    if (to > from) batches.push(rowsIn(rows.slice(from, to), withReading))
    from = to
  }
  return { next: async () => batches.shift() ?? null }
}

async function merged(sources: readonly RowSource[]): Promise<Row[]> {
  const out: Row[] = []
  for await (const { count, columns, rowtime } of mergeByTime(sources)) {
    const [name, reading] = [columns.get('NAME'), columns.get('READING')]
    for (let i = 0; i < count; i++) {
      const absent = reading === undefined || reading.nulls?.[i] === 1
      out.push({ time: rowtime[i], name: String(name?.data[i]), reading: absent ? null : Number(reading.data[i]) })
    }
  }
  return out
}

const log = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.option(fc.integer({ min: 0, max: 9 }))), {
  maxLength: 40,
})
const cuts = fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 10 })

test('rows of several logs come by time, each log in its own order, however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(log, cuts, fc.boolean()), { minLength: 1, maxLength: 4 }), async (inputs) => {
      const logs = inputs.map(([steps, , withReading], k) => {
        let time = 0
        return steps.map(([step, reading], i): Row => {
          time += step
          return { time, name: `${k}.${i}`, reading: withReading ? reading : null }
        })
      })
      const sources = logs.map((rows, k) => sourceOf(rows, inputs[k][1], inputs[k][2]))
      const expected = logs.flatMap((rows, k) => rows.map((row, i) => ({ row, k, i })))
      expected.sort((a, b) => a.row.time - b.row.time || a.k - b.k || a.i - b.i)
      expect(await merged(sources)).toEqual(expected.map(({ row }) => row))
    }),
  )
})

test('a log whose clock steps back keeps its order', async () => {
  const rows = [5, 3, 4].map((time, i): Row => ({ time, name: `a${i}`, reading: 1 }))
  const other: Row[] = [{ time: 4, name: 'b', reading: null }]
  const names = (await merged([sourceOf(rows, [1, 1], true), sourceOf(other, [], false)])).map((r) => r.name)
  expect(names.filter((n) => n.startsWith('a'))).toEqual(['a0', 'a1', 'a2'])
})
