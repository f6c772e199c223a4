import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LogReader } from '../../gpuz/log-reader.ts'
import { readLog, rowsOf } from './read-log.ts'

const header = 'Date , GPU Temperature [°C] , Mystery [x] ,\n'
const lines = Array.from(
  { length: 12 },
  (_, i) => `2023-10-29 02:${String(50 + (i % 10)).padStart(2, '0')}:00 , ${40 + i}.0 , ${i} ,\n`,
)
const log = [
  header,
  ...lines.slice(0, 5),
  'rubbish\n',
  header,
  ...lines.slice(5),
  '\0\0\0',
  lines[0],
  '2023-10-29 03:0',
].join('')

const encodings = {
  'utf-8': Buffer.from(log),
  windows: Buffer.from(log, 'latin1'),
  'utf-16le with mark': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(log, 'utf16le')]),
  'utf-16be': Buffer.from(log, 'utf16le').swap16(),
}
const options = { timezone: 'Europe/Berlin', statistics: true }

describe('a reader restored from a snapshot', { timeout: 60_000 }, () => {
  test.each(Object.entries(encodings))('gives the rows and the report that one reader gives: %s', (_, bytes) => {
    const whole = readLog(bytes, options)
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (at, next) => {
        const first = new LogReader(options)
        const rows = first.push(bytes.subarray(0, at)).flatMap(rowsOf)
        const state = JSON.parse(JSON.stringify(first.snapshot()))
        expect(state.offset).toBeLessThanOrEqual(at)
        const second = LogReader.restore(state, options)
        const middle = Math.max(state.offset, next)
        for (const chunk of [bytes.subarray(state.offset, middle), bytes.subarray(middle)])
          rows.push(...second.push(chunk).flatMap(rowsOf))
        rows.push(...second.end().flatMap(rowsOf))
        expect(rows).toEqual(whole.rows)
        expect(second.report).toEqual(whole.report)
      }),
      { numRuns: 300 },
    )
  })
})
