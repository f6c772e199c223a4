import avsc from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AvroSink, type Column } from '../../engine/index.ts'
import { catalogue } from '../../gpuz/catalogue.ts'
import { readingFields, readingSchema } from '../../gpuz/reading-schema.ts'
import { ReadingEncoder } from '../../jobs/reading-encoder.ts'

const type = avsc.Type.forSchema(readingSchema() as avsc.Schema)

const reading = fc.record({
  device: fc.string({ unit: 'grapheme' }),
  ts: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
  host: fc.string(),
  source: fc.string(),
  row: fc.nat(2 ** 40),
  // avsc, the other decoder, gives objects, which cannot have such a key.
  other: fc.dictionary(
    fc.string().filter((header) => header !== '__proto__'),
    fc.double({ noNaN: true }),
  ),
  sensors: fc.array(fc.option(fc.double({ noNaN: true })), {
    minLength: catalogue.length,
    maxLength: catalogue.length,
  }),
})

/** Rows of readings as columns; sensors that `absent` names have no column. */
function columnsOf(readings: readonly Record<string, unknown>[], absent: ReadonlySet<string>) {
  const columns = new Map<string, Column>()
  for (const { name, avro } of readingFields) {
    const values = readings.map((r) => r[name])
    if (absent.has(name)) continue
    if (Array.isArray(avro)) {
      const numbers = values.map((value) => (value ?? Number.NaN) as number)
      const nulls = values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 1 : 0)) : null
      columns.set(name.toUpperCase(), {
        // The reader has all sensors in doubles.
        data: Float64Array.from(numbers),
        nulls,
      })
    } else if (name === 'other') {
      columns.set('OTHER', {
        data: values.map((map) => new Map(Object.entries(map as Record<string, number>))),
        nulls: null,
      })
    } else if (name === 'row') columns.set('row', { data: BigInt64Array.from(values as number[], BigInt), nulls: null })
    else if (name === 'ts') columns.set('TS', { data: Float64Array.from(values as number[]), nulls: null })
    else columns.set(name.toUpperCase(), { data: values as string[], nulls: null })
  }
  return { count: readings.length, columns, rowtime: Float64Array.from(readings, (r) => r['ts'] as number) }
}

function rowOf({ sensors, ...origin }: { sensors: readonly (number | null)[] }): Record<string, unknown> {
  const named = catalogue.map(({ field, kind }, i) => {
    const value = sensors[i]
    return [field, value === null || kind !== 'state' ? value : Math.trunc(value) | 0]
  })
  return { ...origin, ...Object.fromEntries(named) }
}

/** All requests of some batches, the one that is not full at the end. */
function allRequests(encoder: ReadingEncoder, ...batches: ReturnType<typeof columnsOf>[]) {
  const full = batches.flatMap((batch) => [...encoder.requests(batch)])
  return [...full, encoder.rest()]
}

describe('readings as records', () => {
  test('an independent decoder reads by the schema what the columns hold', () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 5 }), fc.nat(), (drawn, pick) => {
        const readings = drawn.map(rowOf)
        const absent = new Set([catalogue[pick % catalogue.length].field])
        const records = allRequests(new ReadingEncoder(258), columnsOf(readings, absent)).flat()
        const seen = records.map(({ key, value, timestamp }) => {
          expect([...value.subarray(0, 5)]).toEqual([0, 0, 0, 1, 2])
          const decoded = type.fromBuffer(value.subarray(5)) as Record<string, unknown>
          expect(key.toString('utf8')).toBe(decoded['device'])
          expect(timestamp).toBe(String(decoded['ts']))
          return { ...decoded, other: { ...(decoded['other'] as object) } }
        })
        const none = Object.fromEntries([...absent].map((field) => [field, null]))
        expect(seen).toEqual(readings.map((r) => ({ ...r, ...none, other: { ...(r['other'] as object) } })))
      }),
    )
  })

  test('a request has at most 500 records and 1 MB, and none is lost between two', () => {
    const long = 'x'.repeat(2_000)
    for (const [source, most] of [
      ['log', 500],
      [long, 450],
    ] as const) {
      const readings = Array.from({ length: 2_500 }, (_, row) =>
        rowOf({ device: 'd', ts: row, host: 'h', source, row, other: {}, sensors: catalogue.map(() => null) } as never),
      )
      const requests = allRequests(new ReadingEncoder(1), columnsOf(readings, new Set()))
      const rows = requests.flat().map(({ value }) => (type.fromBuffer(value.subarray(5)) as { row: number }).row)
      expect(rows).toEqual(Array.from({ length: 2_500 }, (_, row) => row))
      expect(Math.max(...requests.map((request) => request.length))).toBeLessThanOrEqual(most)
      expect(Math.max(...requests.map((r) => r.reduce((sum, { value }) => sum + value.length, 0)))).toBeLessThan(
        1_000_000,
      )
    }
  })

  test('requests are full whatever batches the rows come in: the last rows of one wait for the next', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_300 }), { maxLength: 6 }), (counts) => {
        let next = 0
        const batches = counts.map((count) => {
          const readings = Array.from({ length: count }, () => {
            const row = next++
            const absent = catalogue.map(() => null)
            return rowOf({ device: 'd', ts: row, host: 'h', source: 'log', row, other: {}, sensors: absent } as never)
          })
          return columnsOf(readings, new Set(catalogue.map(({ field }) => field)))
        })
        const encoder = new ReadingEncoder(1)
        const requests = allRequests(encoder, ...batches)
        expect(requests.slice(0, -1).every(({ length }) => length === 500)).toBe(true)
        expect(requests.at(-1)?.length).toBe(next % 500)
        expect(encoder.rest()).toEqual([])
        const rows = requests.flat().map(({ value }) => (type.fromBuffer(value.subarray(5)) as { row: number }).row)
        expect(rows).toEqual(Array.from({ length: next }, (_, row) => row))
      }),
      { numRuns: 10 },
    )
  })
})

test('a whole number is written as the same bigint is', () => {
  const written = (write: (sink: AvroSink) => void): Uint8Array => {
    const sink = new AvroSink()
    write(sink)
    return sink.take()
  }
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (value) => {
      expect(written((sink) => sink.wholeNumber(value))).toEqual(written((sink) => sink.long(BigInt(value))))
    }),
  )
})
