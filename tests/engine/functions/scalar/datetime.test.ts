import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateFunctions } from '../../../../engine/functions/scalar/datetime.ts'
import { bigint, call, date, type Given, int, text, time, timestamp, unit } from '../calling.ts'

const run = (name: string, ...given: Given[]) => call(dateFunctions, name, given).result
const utc = (iso: string) => Date.parse(iso)

describe('texts', () => {
  test('FORMAT_ and PARSE_ are inverse', () => {
    expect(run('FORMAT_DATE', date(20_000), text('dd.MM.yyyy'))).toBe('04.10.2024')
    expect(run('PARSE_DATE', text('04.10.2024'), text('dd.MM.yyyy'))).toBe(20_000)
    expect(run('FORMAT_TIME', time(45_296_789), text('HH:mm:ss.SSS'))).toBe('12:34:56.789')
    expect(run('PARSE_TIME', text('12:34:56.789'), text('HH:mm:ss.SSS'))).toBe(45_296_789)
    const at = utc('2024-10-04T12:34:56Z')
    expect(run('FORMAT_TIMESTAMP', timestamp(at), text('yyyy-MM-dd HH:mm:ss'))).toBe('2024-10-04 12:34:56')
    expect(run('PARSE_TIMESTAMP', text('2024-10-04 12:34:56'), text('yyyy-MM-dd HH:mm:ss'))).toBe(at)
  })

  test('a zone moves the wall clock', () => {
    const at = utc('2024-07-01T10:00:00Z')
    expect(run('FORMAT_TIMESTAMP', timestamp(at), text('HH:mm'), text('Europe/Berlin'))).toBe('12:00')
    expect(run('PARSE_TIMESTAMP', text('2024-07-01 12:00'), text('yyyy-MM-dd HH:mm'), text('Europe/Berlin'))).toBe(at)
  })

  test('the older functions have the same texts with numbers for dates', () => {
    expect(run('DATETOSTRING', int(20_000), text('yyyy/MM/dd'))).toBe('2024/10/04')
    expect(run('STRINGTODATE', text('2024/10/04'), text('yyyy/MM/dd'))).toBe(20_000)
    expect(run('STRINGTODATE', text('2024/10/04 11'), text('yyyy/MM/dd HH'))).toBe(20_000)
    expect(run('TIMESTAMPTOSTRING', bigint(0n), text('HH:mm'), text('+0200'))).toBe('02:00')
    expect(run('STRINGTOTIMESTAMP', text('1970-01-01 02:00'), text('yyyy-MM-dd HH:mm'), text('+0200'))).toBe(0n)
  })

  test('a text, pattern or zone that does not fit is NULL', () => {
    expect(run('PARSE_DATE', text('yesterday'), text('yyyy-MM-dd'))).toBeNull()
    expect(run('STRINGTODATE', text('11:00'), text('HH:mm'))).toBeNull()
    expect(run('FORMAT_DATE', date(1), text('{'))).toBeNull()
    expect(run('FORMAT_TIMESTAMP', timestamp(1), text('HH'), text('Moon/Tycho'))).toBeNull()
    expect(run('FORMAT_DATE', date(null), text('yyyy'))).toBeNull()
  })
})

describe('arithmetic', () => {
  test('units', () => {
    expect(run('TIMESTAMPADD', unit('HOURS'), int(2), timestamp(5))).toBe(7_200_005)
    expect(run('TIMESTAMPSUB', unit('DAYS'), int(1), timestamp(0))).toBe(-86_400_000)
    expect(run('TIMESTAMPADD', unit('SECONDS'), int(-1), timestamp(1000))).toBe(0)
  })

  test('a date moves by whole days', () => {
    expect(run('DATEADD', unit('DAYS'), int(3), date(-1))).toBe(2)
    expect(run('DATEADD', unit('HOURS'), int(23), date(5))).toBe(5)
    expect(run('DATESUB', unit('HOURS'), int(48), date(5))).toBe(3)
  })

  test('a time goes round the clock', () => {
    expect(run('TIMEADD', unit('HOURS'), int(25), time(0))).toBe(3_600_000)
    expect(run('TIMESUB', unit('MINUTES'), int(1), time(0))).toBe(86_340_000)
  })

  test('adding and subtracting undo each other', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('DAYS', 'HOURS', 'MINUTES', 'SECONDS', 'MILLISECONDS'),
        fc.integer({ min: -100_000, max: 100_000 }),
        fc.integer({ min: 0, max: 86_399_999 }),
        (name, count, value) => {
          const later = run('TIMEADD', unit(name), int(count), time(value))
          expect(run('TIMESUB', unit(name), int(count), time(later))).toBe(value)
        },
      ),
    )
  })

  test('the unit must be one', () => {
    expect(() => run('TIMEADD', time(1), int(1), time(1))).toThrow('does not accept parameters (TIME, INTEGER, TIME)')
  })

  test('CONVERT_TZ moves a wall clock between zones, with the date it is on', () => {
    const winter = utc('2024-01-15T12:00:00Z')
    const summer = utc('2024-07-15T12:00:00Z')
    const convert = (at: number, from: string, to: string) => run('CONVERT_TZ', timestamp(at), text(from), text(to))
    expect(convert(winter, 'UTC', 'Europe/Berlin')).toBe(winter + 3_600_000)
    expect(convert(summer, 'UTC', 'Europe/Berlin')).toBe(summer + 7_200_000)
    expect(convert(summer, 'Europe/Berlin', 'Asia/Tokyo')).toBe(summer + 7 * 3_600_000)
  })
})

describe('epoch', () => {
  const now = utc('2024-10-04T00:00:00Z') + 1
  const at = (name: string, ...given: Given[]) => call(dateFunctions, name, given, { now }).result

  test('without argument they tell the injected clock', () => {
    expect(at('UNIX_TIMESTAMP')).toBe(BigInt(now))
    expect(at('UNIX_DATE')).toBe(20_000)
  })

  test('with one they convert', () => {
    expect(at('UNIX_TIMESTAMP', timestamp(12))).toBe(12n)
    expect(at('UNIX_DATE', date(12))).toBe(12)
    expect(at('FROM_UNIXTIME', bigint(12n))).toBe(12)
    expect(at('FROM_DAYS', int(12))).toBe(12)
  })
})
