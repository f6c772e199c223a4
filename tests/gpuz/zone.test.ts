import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UnknownZoneError, Zone } from '../../gpuz/zone.ts'
import { readLog, utc } from './read-log.ts'

const log = (...times: string[]): string => `Date , GPU Load [%] ,\n${times.map((time) => `${time} , 5 ,\n`).join('')}`
const stamps = (timezone: string, ...times: string[]) =>
  readLog(log(...times), { timezone }).rows.map((row) => row['ts'])

describe('local time', { timeout: 60_000 }, () => {
  test('is turned to UTC by the rules of its zone', () => {
    expect(stamps('Europe/Berlin', '2024-01-15 12:00:00', '2024-07-15 12:00:00')).toEqual([
      utc('2024-01-15 11:00:00'),
      utc('2024-07-15 10:00:00'),
    ])
    expect(stamps('Asia/Kolkata', '2024-01-15 12:00:00')).toEqual([utc('2024-01-15 06:30:00')])
    expect(stamps('America/St_Johns', '2024-07-15 12:00:00.250')).toEqual([utc('2024-07-15 14:30:00') + 250])
  })

  test('the doubled hour keeps rows in order', () => {
    const times = ['02:58:00', '02:59:30', '02:59:59', '02:00:00', '02:30:00', '02:59:59', '03:00:00']
    expect(stamps('Europe/Berlin', ...times.map((time) => `2023-10-29 ${time}`))).toEqual(
      ['00:58:00', '00:59:30', '00:59:59', '01:00:00', '01:30:00', '01:59:59', '02:00:00'].map((time) =>
        utc(`2023-10-29 ${time}`),
      ),
    )
  })

  test('a small step back within the doubled hour stays in its pass', () => {
    const times = ['02:59:59', '02:00:00', '02:00:10', '02:00:09', '02:00:11']
    const utcSeconds = stamps('Europe/Berlin', ...times.map((time) => `2023-10-29 ${time}`)).map(
      (ts) => ((ts ?? 0) - utc('2023-10-29 01:00:00')) / 1000,
    )
    expect(utcSeconds).toEqual([-1, 0, 10, 9, 11])
  })

  test('an hour that never was counts on', () => {
    const times = ['01:59:59', '02:00:00', '02:30:00', '03:30:00.001']
    expect(stamps('Europe/Berlin', ...times.map((time) => `2024-03-31 ${time}`))).toEqual(
      ['00:59:59.000', '01:00:00.000', '01:30:00.000', '01:30:00.001'].map((time) => utc(`2024-03-31 ${time}`)),
    )
  })

  test('a whole night of changing clocks, second by second, is in order and has no holes', () => {
    for (const [zone, start] of [
      ['Europe/Berlin', '2023-10-28 22:00:00'],
      ['America/New_York', '2023-11-05 04:00:00'],
      ['Australia/Lord_Howe', '2023-04-01 13:00:00'],
    ]) {
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
      const instants = Array.from({ length: 4 * 360 }, (_, i) => utc(start) + i * 10_000)
      expect(stamps(zone, ...instants.map((ts) => format.format(ts)))).toEqual(instants)
    }
  })

  test('agrees with Intl at any instant that is not doubled', () => {
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/Sao_Paulo',
      'Africa/Casablanca',
      'Asia/Tehran',
      'Pacific/Apia',
      'UTC',
    )
    fc.assert(
      fc.property(
        zones,
        fc.array(fc.integer({ min: utc('1975-01-01 00:00:00'), max: utc('2037-01-01 00:00:00') }), {
          minLength: 1,
          maxLength: 20,
        }),
        (id, instants) => {
          const zone = new Zone(id)
          for (const instant of instants) {
            const offset = zone.offsetAt(instant)
            const once = zone.offsetAt(instant - 7_200_000) === offset && zone.offsetAt(instant + 7_200_000) === offset
            if (once) expect(zone.toUtc(instant + offset, Number.NaN)).toBe(instant)
          }
        },
      ),
    )
  })
})

test('an unknown zone offers the nearest names', () => {
  expect(() => new Zone('Europe/Warsw')).toThrow(UnknownZoneError)
  expect(() => new Zone('Europe/Warsw')).toThrow(
    /Unknown time zone "Europe\/Warsw"\. Nearest known names: Europe\/Warsaw/u,
  )
  expect(() => new Zone('berlin ')).toThrow(/Europe\/Berlin/u)
})
