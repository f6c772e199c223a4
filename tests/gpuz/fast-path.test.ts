import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { catalogue } from '../../gpuz/catalogue.ts'
import { LogReader, type LogReaderOptions, type LogReport } from '../../gpuz/log-reader.ts'

/** Everything a reader says about its input, batch cuts apart. */
interface Reading {
  readonly rows: readonly Record<string, unknown>[]
  readonly report: LogReport
  readonly error: string | null
}

function read(chunks: readonly Uint8Array[], options: Partial<LogReaderOptions>): Reading {
  const reader = new LogReader({ timezone: 'Europe/Berlin', ...options })
  const rows: Record<string, unknown>[] = []
  let error: string | null = null
  try {
    for (const batch of [...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.end()]) {
      for (let i = 0; i < batch.count; i++) {
        const row: Record<string, unknown> = { row: batch.row[i], ts: batch.ts[i] }
        for (const [field, { data, nulls }] of batch.sensors) row[field] = nulls?.[i] === 1 ? null : data[i]
        const other = batch.other?.[i]
        if (other) row['other'] = [...other]
        rows.push(row)
      }
    }
  } catch (thrown) {
    error = String(thrown)
  }
  return { rows, report: reader.report, error }
}

/** As `read`, for large inputs: columns as bytes, rejects by line. */
function digest(bytes: Uint8Array, options: Partial<LogReaderOptions>): unknown {
  const rejects: string[] = []
  const reader = new LogReader({
    timezone: 'Europe/Berlin',
    batchRows: 1 << 20,
    onReject: ({ line, reason, detail }) => rejects.push(`${line} ${reason} ${detail}`),
    ...options,
  })
  const [batch] = [...reader.push(bytes), ...reader.end()]
  const other = batch.other?.map((row) => row?.get('Mystery [furlongs]') ?? null).join()
  const columns = [...batch.sensors].map(([field, { data, nulls }]) => [field, hash(data), nulls && hash(nulls)])
  return {
    count: batch.count,
    ts: hash(batch.ts),
    row: hash(batch.row),
    columns,
    other,
    rejects,
    report: reader.report,
  }
}

function hash(array: Float64Array | Uint8Array): string {
  return createHash('sha1')
    .update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    .digest('hex')
}

// Enough of a log to have every kind of column: 0 to 4 decimals, an unknown header, a pair of one name, narrow and wide ones.
const names = [
  'GPU Clock [MHz]',
  'UVD Clock [MHz]',
  'UVD Clock [MHz]',
  'GPU Temperature [\u00b0C]',
  'Fan Speed (%) [%]',
  'Fan Speed (RPM) [RPM]',
  'Mystery [furlongs]',
  'VDDC [V]',
  '12V [V]',
  'Memory Voltage [V]',
  'PerfCap Reason []',
  'CPU Temperature [\u00b0C]',
]
const decimals = [1, 1, 1, 1, 0, 0, 1, 4, 2, 3, 0, 1]

const value = (places: number): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.integer({ min: 0, max: 9999 }).map((n) => (n / 10 ** Math.min(places, 3)).toFixed(places)),
    },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 99_999_999 }).map((n) => (n / 10 ** places).toFixed(places)) },
    { weight: 2, arbitrary: fc.constant('-') },
    { weight: 1, arbitrary: fc.constantFrom('0', '-10.0', '0.0000', '', '1e3', 'n/a', '747757', '00.5', '.5', '5.') },
  )

const stamp = (seconds: number, milliseconds: boolean): string => {
  const text = new Date(Date.UTC(2023, 9, 29, 0, 58) + seconds * 1000).toISOString().replace('T', ' ')
  return milliseconds ? text.slice(0, 23) : text.slice(0, 19)
}

interface LogShape {
  readonly rows: readonly { readonly values: readonly string[]; readonly step: number }[]
  readonly crlf: boolean
  readonly milliseconds: boolean
  readonly trailing: boolean
}

const logShape: fc.Arbitrary<LogShape> = fc.record({
  rows: fc.array(
    fc.record({
      values: fc.tuple(...decimals.map(value)),
      step: fc.oneof(
        { weight: 8, arbitrary: fc.constant(1) },
        { weight: 2, arbitrary: fc.constantFrom(0, 2, 40, -1, -0.9, 3600, -3599) },
      ),
    }),
    { minLength: 1, maxLength: 40 },
  ),
  crlf: fc.boolean(),
  milliseconds: fc.boolean(),
  trailing: fc.boolean(),
})

function logBytes({ rows, crlf, milliseconds, trailing }: LogShape): Uint8Array {
  const end = (trailing ? ',' : '') + (crlf ? '\r\n' : '\n')
  let seconds = 0
  const lines = rows.map(({ values, step }) => {
    seconds += step
    const fields = values.map((text, i) => ` ${text.padStart(names[i].length - 2)}   `)
    return `${[`${stamp(seconds, milliseconds)} `, ...fields].join(',')}${end}`
  })
  const header =
    [milliseconds ? '          Date          ' : '        Date        ', ...names.map((name) => ` ${name} `)].join(
      ',',
    ) + end
  return Buffer.from(header + lines.join(''), 'latin1')
}

interface Wound {
  readonly at: number
  readonly kind: string
  readonly byte: number
  readonly length: number
}

const damage: fc.Arbitrary<Wound[]> = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    kind: fc.constantFrom('replace', 'insert', 'delete', 'cut'),
    byte: fc.oneof(fc.constantFrom(...Buffer.from(',\n\r\0 -.09!:;"D/\t')), fc.integer({ min: 0, max: 255 })),
    length: fc.integer({ min: 1, max: 300 }),
  }),
  { maxLength: 6 },
)

function damaged(bytes: Uint8Array, wounds: readonly Wound[]): Uint8Array {
  let out = Buffer.from(bytes)
  for (const { at, kind, byte, length } of wounds) {
    const p = Math.floor(at * out.length)
    if (kind === 'replace' && p < out.length) out[p] = byte
    else if (kind === 'insert') out = Buffer.concat([out.subarray(0, p), Buffer.from([byte]), out.subarray(p)])
    else if (kind === 'delete') out = Buffer.concat([out.subarray(0, p), out.subarray(p + 1)])
    else if (kind === 'cut') out = Buffer.concat([out.subarray(0, p), out.subarray(p + length)])
  }
  return out
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort((a, b) => a - b)
  return at.map((end, i) => bytes.subarray(i === 0 ? 0 : at[i - 1], end))
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })
const someFields = fc.option(
  fc.subarray([...catalogue.map(({ field }) => field), 'other']).map((fields) => new Set<string>(fields)),
  {
    nil: undefined,
  },
)

describe('the fast path and the general scanner', { timeout: 60_000 }, () => {
  it('give the same rows and the same report, whatever the damage, the cut and the columns asked for', () => {
    fc.assert(
      fc.property(
        logShape,
        damage,
        cuts,
        someFields,
        fc.integer({ min: 1, max: 50 }),
        (shape, wounds, places, fields, batchRows) => {
          const bytes = damaged(logBytes(shape), wounds)
          const general = read([bytes], { fields, statistics: true, fastPath: false })
          const before = Buffer.from(bytes)
          const fast = read(cut(bytes, places), { fields, statistics: true, batchRows })
          expect(before.equals(bytes), 'what is read is not written to').toBe(true)
          expect(fast).toEqual(general)
        },
      ),
      { numRuns: 800 },
    )
  })

  it('give the rows that all columns give when only some are asked for', () => {
    fc.assert(
      fc.property(
        logShape,
        damage,
        fc.subarray(['gpu_clock', 'video_clock_2', 'gpu_voltage', 'perf_cap_reason']),
        (shape, wounds, fields) => {
          const bytes = damaged(logBytes(shape), wounds)
          const all = read([bytes], {})
          const some = read([bytes], { fields: new Set(fields) })
          const kept = all.rows.map((row) =>
            Object.fromEntries(Object.entries(row).filter(([key]) => ['row', 'ts', ...fields].includes(key))),
          )
          expect(some.rows).toEqual(kept)
          expect(some.report.rejects).toEqual(all.report.rejects)
        },
      ),
      { numRuns: 500 },
    )
  })

  afterEach(() => vi.unstubAllGlobals())

  it('give the same rows where the runtime forbids compiling code', () => {
    const values = ['1500.0', '105.0', '7.5', '63.0', '45', '1390', '2.5', '0.7810', '11.88', '0.675', '16', '48.3']
    const rows = Array.from({ length: 5 }, () => ({ values, step: 1 }))
    const bytes = logBytes({ rows, crlf: true, milliseconds: false, trailing: true })
    const compiled = read([bytes], {})
    const forbidden = vi.fn(function forbid() {
      throw new EvalError('Code generation from strings disallowed for this context')
    })
    vi.stubGlobal('Function', forbidden)
    expect(read([bytes], {})).toEqual(compiled)
    expect(forbidden).toHaveBeenCalledOnce()
  })

  it('agree on every byte that can be wrong in a record', () => {
    // Each damaged record stands between two good ones, so that it meets the compiled code.
    const values = ['1500.0', '105.0', '7.5', '63.0', '45', '1390', '2.5', '0.7810', '11.88', '0.675', '16', '48.3']
    const line = (at: number, milliseconds: boolean): Buffer => {
      const fields = values.map((text, i) => ` ${text.padStart(names[i].length - 2)}   `)
      return Buffer.from(`${[`${stamp(at, milliseconds)} `, ...fields].join(',')},\r\n`, 'latin1')
    }
    const bytes = [...Array(0x60).keys(), 0x7f, 0x80, 0xac, 0xb0, 0xe9, 0xff]
    for (const milliseconds of [false, true]) {
      const parts = [
        logBytes({ rows: [], crlf: true, milliseconds, trailing: true }),
        line(0, milliseconds),
        line(1, milliseconds),
      ]
      let at = 2
      for (let place = 0; place < parts[1].length; place++) {
        for (const byte of bytes) {
          const wrong = line(at++, milliseconds)
          wrong[place] = byte
          parts.push(wrong, line(at++, milliseconds))
        }
      }
      const log = Buffer.concat(parts)
      for (const fields of [undefined, new Set(['gpu_clock', 'fan_speed_rpm']), new Set<string>()]) {
        expect(digest(log, { fields })).toEqual(digest(log, { fields, fastPath: false }))
      }
    }
  })

  it('read every number as Number() does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 9_999_999 })), {
          minLength: 2,
          maxLength: 30,
        }),
        (numbers) => {
          const places = numbers[0][0]
          const texts = numbers.map(([, n]) => (n / 10 ** places).toFixed(places))
          const lines = texts.map((text, i) => `${stamp(i, false)} ,  ${text.padStart(20)}   ,\n`)
          const bytes = Buffer.from(`Date , Something [x] ,\n${lines.join('')}`)
          for (const fastPath of [true, false]) {
            const { rows } = read([bytes], { fastPath })
            expect(rows.map((row) => (row['other'] as [string, number][])[0][1])).toEqual(texts.map(Number))
          }
        },
      ),
    )
  })
})
