import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { difference, duration, grouped, number, reading } from '../../../web/page/format.ts'
import { asCsv, asJson } from '../../../web/page/rows-text.ts'
import { day, stamp, stretch, wallClock } from '../../../web/page/zone-time.ts'
import { zoneClock } from '../../../web/zone-clock.ts'

test('numbers have the decimals of their unit, thousands and a real minus', () => {
  expect(number(71.25, '°C')).toBe('71.3')
  expect(number(1_980.4, 'MHz')).toBe('1,980')
  expect(number(0.70625, 'V')).toBe('0.706')
  expect(grouped(-1_234.5, 1)).toBe('−1,234.5')
  expect(reading(null, 'W')).toBe('no reading')
  expect(reading(3, '')).toBe('3')
})

test('a difference has its sign, and none where it rounds to nothing', () => {
  expect(difference(6.14, '°C')).toBe('+6.1')
  expect(difference(-210, 'RPM')).toBe('−210.0')
  expect(difference(-0.0004, 'V')).toBe('±0.000')
})

test('durations are told in their two greatest units', () => {
  expect([0, 999, 48_000, 60_000, 328_000, 7_500_000, 90_000_000].map(duration)).toEqual([
    '0 s',
    '1 s',
    '48 s',
    '1 min',
    '5 min 28 s',
    '2 h 5 min',
    '1 d 1 h',
  ])
})

test('numbers are written as Intl writes them, with the minus of typographers', () => {
  const decimals = fc.integer({ min: 0, max: 4 })
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), decimals, (eighths, decimals) => {
      // Eighths are exact in binary: Intl rounds the digits that are written, we the value itself.
      const value = eighths / 8
      const intl = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
      expect(grouped(value, decimals)).toBe(intl.format(value).replace('-', '−'))
    }),
  )
})

describe('times', () => {
  const berlin = zoneClock('Europe/Berlin')
  const utc = zoneClock('UTC')

  test('are those of the log’s zone, not of the machine that shows them', () => {
    const summer = Date.UTC(2026, 7, 6, 17, 0, 3)
    expect(stamp(summer, berlin)).toBe('2026-08-06 19:00:03')
    expect(stamp(Date.UTC(2026, 0, 1), utc)).toBe('2026-01-01 00:00:00')
    expect(day(Date.UTC(2026, 0, 1), zoneClock('America/New_York'))).toBe('2025-12-31')
    expect(stretch(summer, summer + 328_000, berlin)).toBe('2026-08-06 19:00:03 to 19:05:31')
    expect(stretch(summer, summer + 86_400_000, utc)).toBe('2026-08-06 17:00:03 to 2026-08-07 17:00:03')
  })

  test('are the local parts of a date for uPlot, whatever the zone of the machine', () => {
    const date = wallClock(Date.UTC(2026, 7, 6, 17, 0, 3), berlin)
    expect([date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()]).toEqual([6, 19, 0, 3])
  })

  test('are those that Intl gives, in zones with many rules, at any instant since 1970', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'Africa/Casablanca',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'Asia/Kolkata',
    ]
    const clocks = zones.map((id) => ({
      clock: zoneClock(id),
      format: new Intl.DateTimeFormat('sv-SE', { timeZone: id, dateStyle: 'short', timeStyle: 'medium' }),
    }))
    const instant = fc.integer({ min: 0, max: Date.now() + 365 * 86_400_000 })
    fc.assert(
      fc.property(fc.constantFrom(...clocks), instant, ({ clock, format }, ms) => {
        expect(stamp(ms, clock)).toBe(format.format(ms))
      }),
    )
  })
})

test('rows are saved as RFC 4180 and as JSON, NULL apart from an empty text where the format can tell', () => {
  const columns = [
    { name: 'A', type: 'STRING' },
    { name: 'B,C', type: 'ARRAY' },
  ]
  const rows = [
    ['say "hi"', [1, 2]],
    [null, 'two\nlines'],
  ]
  expect(asCsv({ columns, rows })).toBe('A,"B,C"\r\n"say ""hi""","[1,2]"\r\n,"two\nlines"\r\n')
  expect(JSON.parse(asJson({ columns, rows }))).toEqual([
    { A: 'say "hi"', 'B,C': [1, 2] },
    { A: null, 'B,C': 'two\nlines' },
  ])
})
