import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { civilFromDays, daysFromCivil } from '../../../engine/types/calendar.ts'
import { datePattern } from '../../../engine/types/date-pattern.ts'
import {
  formatDate,
  formatTime,
  formatTimestamp,
  parseDate,
  parsePartialDate,
  parsePartialTime,
  parsePartialTimestamp,
  parseTime,
  parseTimestamp,
  timestampToText,
  timeToText,
} from '../../../engine/types/datetime.ts'
import { localToUtc, zone } from '../../../engine/types/zones.ts'

const instant = 1_526_075_913_123 // 2018-05-11T21:58:33.123Z, a Friday

test('the calendar agrees with JavaScript', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (days) => {
      const { year, month, day } = civilFromDays(days)
      const date = new Date(days * 86_400_000)
      expect([year, month - 1, day]).toEqual([date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()])
      expect(daysFromCivil(year, month, day)).toBe(days)
    }),
  )
})

describe('patterns', () => {
  test.each([
    ["yyyy-MM-dd'T'HH:mm:ss.SSSX", '2018-05-11T21:58:33.123Z'],
    ['EEE, d MMM yy h:mm a', 'Fri, 11 May 18 9:58 PM'],
    ['EEEE MMMM D G', 'Friday May 131 AD'],
    ['uuuuMMddHHmmssSSS', '20180511215833123'],
    ['k K S SSSSSS n A', '21 9 1 123000 123000000 79113123'],
    ["''yyyy''[ Q]", "'2018' 2"],
    ['xxx Z O VV zzz', '+00:00 +0000 GMT UTC UTC'],
  ])('%s', (pattern, text) => {
    expect(formatTimestamp(instant, pattern)).toBe(text)
  })

  test('zones have their offsets and names', () => {
    const pattern = 'yyyy-MM-dd HH:mm:ss zzz xxx'
    expect(formatTimestamp(instant, pattern, 'America/Los_Angeles')).toBe('2018-05-11 14:58:33 PDT -07:00')
    expect(formatTimestamp(instant, pattern, 'Europe/London')).toBe('2018-05-11 22:58:33 BST +01:00')
    expect(formatTimestamp(instant, 'HH zzzz', 'Europe/Berlin')).toBe('23 Central European Summer Time')
    expect(formatTimestamp(instant, 'HH:mm VV', '+0530')).toBe('03:28 +05:30')
    expect(() => formatTimestamp(instant, 'HH', 'Nowhere/Land')).toThrow('Unknown time-zone ID: Nowhere/Land')
  })

  test.each(['yyyy-MM-ddTHH', 'foo {', 'yyyy]', "yyyy'x", 'SSSSSSSSSS'])('%s is refused', (pattern) => {
    expect(() => datePattern(pattern)).toThrow()
  })
})

describe('reading', () => {
  test.each([
    ['2018-05-11T21:58:33z', "yyyy-MM-dd'T'HH:mm:ssX", 1_526_075_913_000],
    ['2018-05-11T21:58:33 PST', "yyyy-MM-dd'T'HH:mm:ss zzz", 1_526_101_113_000],
    ['2018-05-11 21:58:33 Europe/Berlin', 'yyyy-MM-dd HH:mm:ss VV', 1_526_068_713_000],
    ['2019-08-27T13:31:09.2+0000', "yyyy-MM-dd'T'HH:mm:ss.SX", 1_566_912_669_200],
    ['20180511215833123', 'yyyyMMddHHmmssSSS', instant],
    ['10-04-19 12:00:17Z', 'yy-MM-dd HH:mm:ssX', Date.UTC(2010, 3, 19, 12, 0, 17)],
    ['2018', 'yyyy[-MM]', Date.UTC(2018, 0, 1)],
    ['2018-131', 'yyyy-DDD', Date.UTC(2018, 4, 11)],
    ['fri 11 MAY 2018', 'EEE d MMM yyyy', Date.UTC(2018, 4, 11)],
    ['10:00', 'HH:mm', 36_000_000],
  ])('%s by %s', (text, pattern, expected) => {
    expect(parseTimestamp(text, pattern)).toBe(expected)
  })

  test('dates and times', () => {
    expect(parseDate('2018-05-11Lit', "yyyy-MM-dd'Lit'")).toBe(17_662)
    expect(parseDate('JAN-2022', 'MMM-yyyy')).toBe(18_993)
    expect(parseDate('2003-12-24-01-01', 'yyyy-MM-dd')).toBe(12_410)
    expect(parseTime('01:00:00 Pm', 'hh:mm:ss a')).toBe(46_800_000)
    expect(() => parseDate('2020-01-01 10', 'yyyy-MM-dd HH')).toThrow('Date format contains time field')
    expect(() => parseTime('2020 10', 'yyyy HH')).toThrow('Time format contains date field')
  })

  test.each([
    ['2018-13-11', 'yyyy-MM-dd', 'Invalid value for MonthOfYear'],
    ['2018-1-11', 'yyyy-MM-dd', 'could not be parsed at index 5'],
    ['2018-01-11x', 'yyyy-MM-dd', 'unparsed text found at index 10'],
    ['10:00', 'hh:mm', 'AM or PM'],
  ])('%s by %s fails', (text, pattern, message) => {
    expect(() => parseTimestamp(text, pattern)).toThrow(message)
  })

  test('every instant reads back from its text, in any zone', () => {
    const pattern = "uuuu-MM-dd'T'HH:mm:ss.SSSxxx"
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Asia/Kolkata', '-0330')
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000_000_000, max: 4_000_000_000_000 }), zones, (utc, id) => {
        expect(parseTimestamp(formatTimestamp(utc, pattern, id), pattern)).toBe(utc)
      }),
    )
  })
})

test('a clock that jumps: gaps move on, overlaps take the earlier offset', () => {
  const berlin = zone('Europe/Berlin')
  expect(localToUtc(Date.UTC(2021, 2, 28, 2, 30), berlin)).toBe(Date.UTC(2021, 2, 28, 1, 30))
  expect(localToUtc(Date.UTC(2021, 9, 31, 2, 30), berlin)).toBe(Date.UTC(2021, 9, 31, 0, 30))
})

describe('partial texts', () => {
  test.each([
    ['2018', Date.UTC(2018, 0)],
    ['2018-05', Date.UTC(2018, 4)],
    ['2018-05-11', Date.UTC(2018, 4, 11)],
    ['2018-05-11T10:00', Date.UTC(2018, 4, 11, 10)],
    ['2020-02-10T08:31:44.001+0000', 1_581_323_504_001],
    ['2020-02-10T10:31:44.001+0200', 1_581_323_504_001],
    ['2020-02-10T08:31:44Z', 1_581_323_504_000],
  ])('%s', (text, expected) => {
    expect(parsePartialTimestamp(text)).toBe(expected)
  })

  test('what is no time is refused', () => {
    expect(() => parsePartialTimestamp('2020-13')).toThrow('no such date')
    expect(() => parsePartialTimestamp('soon')).toThrow("Failed to parse timestamp 'soon'")
    expect(() => parsePartialDate('2020-01-01T10')).toThrow('Failed to parse date')
    expect(parsePartialDate('1970-01')).toBe(0)
    expect(parsePartialTime('10:15:30.5')).toBe(36_930_500)
    expect(() => parsePartialTime('25:00')).toThrow('no such time')
  })
})

test('the texts CAST gives', () => {
  expect(timestampToText(10)).toBe('1970-01-01T00:00:00.010')
  expect(timeToText(4000)).toBe('00:00:04')
  expect(timeToText(0)).toBe('00:00')
  expect(formatDate(18_993, 'dd-MMM-yyyy')).toBe('01-Jan-2022')
  expect(formatTime(46_800_000, 'hh:mm a')).toBe('01:00 PM')
})
