// The hazards of FORMAT.md by their numbers, each on a few lines made for it. The real logs are in real-logs.test.ts.
import { describe, expect, it, test } from 'vitest'
import { LogReader } from '../../gpuz/log-reader.ts'
import { NotALogError } from '../../gpuz/not-a-log.ts'
import { readLog, rowsOf, utc } from './read-log.ts'

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const header = 'Date , GPU Temperature [\u00b0C] , GPU Load [%] ,\n'
const row = (second: number, temperature = '40.0', load = '5'): string =>
  `2024-03-01 10:00:${String(second).padStart(2, '0')} , ${temperature} , ${load} ,\n`
const temperatures = (input: string | Uint8Array): (number | null)[] =>
  readLog(input).rows.map((r) => r['gpu_temperature'] ?? null)

describe('hazard 1: the degree sign is one byte of a code page', () => {
  test('as GPU-Z writes it, 0xB0', () => {
    const { rows, report } = readLog(latin1(header + row(0)))
    expect(rows).toEqual([{ ts: utc('2024-03-01 10:00:00'), gpu_temperature: 40, gpu_load: 5 }])
    expect(report).toMatchObject({ encoding: 'windows', bom: false, lineEnd: 'LF', rejected: 0 })
    expect(report.columns[0].header).toBe('GPU Temperature [°C]')
  })
  test.each(['[캜]', '[癈]', '[蚓]', '[ｰC]', '[░C]', '[ฐC]'])('after another code page made it %s', (unit) => {
    expect(temperatures(header.replace('[\u00b0C]', unit) + row(0))).toEqual([40])
  })
})

describe('hazard 2: the degree sign is gone', () => {
  test.each(['[C]', '[?C]', '[\ufffdC]', '[°C]', '[Â°C]', '[ °C ]'])('%s', (unit) => {
    expect(temperatures(header.replace('[\u00b0C]', unit) + row(0))).toEqual([40])
  })
})

test('hazard 3: the header changes its text and keeps its columns', () => {
  const again = header.replace('[\u00b0C]', '[\ufffdC]')
  const { rows, report } = readLog(header.replace('\u00b0', '') + row(0) + again + row(1) + again + row(2))
  expect(rows.map((r) => r['gpu_temperature'])).toEqual([40, 40, 40])
  expect(report).toMatchObject({ headers: 3, columnChanges: 0, sessionCount: 3 })
})

describe('hazard 4: UTF-16', () => {
  const text = header + row(0, '41.5') + row(1, '-')
  const le = Buffer.from(text, 'utf16le')
  const be = Buffer.from(text, 'utf16le').swap16()
  test.each([
    ['little-endian with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), le]), 'utf-16le', true],
    ['big-endian with a mark', Buffer.concat([Buffer.from([0xfe, 0xff]), be]), 'utf-16be', true],
    ['little-endian without', le, 'utf-16le', false],
    ['big-endian without', be, 'utf-16be', false],
  ])('%s, at any cut', (_, bytes, encoding, bom) => {
    for (const size of [1, 2, 3, 7, 64, 1000]) {
      const reader = new LogReader({ timezone: 'UTC' })
      const rows = []
      for (let at = 0; at < bytes.length; at += size)
        rows.push(...reader.push(bytes.subarray(at, at + size)).flatMap(rowsOf))
      rows.push(...reader.end().flatMap(rowsOf))
      expect(rows.map((r) => r['gpu_temperature'])).toEqual([41.5, null])
      expect(reader.report).toMatchObject({ encoding, bom })
    }
  })
  test('UTF-8 with a mark', () => {
    const { rows, report } = readLog(`\ufeff${text}`)
    expect(rows).toHaveLength(2)
    expect(report).toMatchObject({ encoding: 'utf-8', bom: true })
  })
})

test('hazard 5: headers repeat, and a session may hold one row', () => {
  const { rows, report } = readLog(header + row(0) + row(1) + header + row(2) + header + row(3) + row(4))
  expect(rows).toHaveLength(5)
  expect(report.sessions.map((s) => [s.line, s.rows])).toEqual([
    [1, 2],
    [4, 1],
    [6, 2],
  ])
})

test('hazard 6: a header without a gap', () => {
  const { report } = readLog(header + row(0) + header + row(2))
  expect(report).toMatchObject({ sessionCount: 2, gapCount: 0 })
})

describe('hazard 7: a gap without a header', () => {
  test('sleep of the machine', () => {
    const { report } = readLog(`${header + row(0) + row(1)}2024-03-01 19:00:01 , 40.0 , 5 ,\n`)
    expect(report.sessionCount).toBe(1)
    expect(report.gaps).toEqual([
      { line: 4, fromTs: utc('2024-03-01 10:00:01'), toTs: utc('2024-03-01 19:00:01'), atHeader: false },
    ])
  })
  test('eleven seconds are a gap at a second a row, not at ten seconds a row', () => {
    expect(readLog(header + row(0) + row(1) + row(12)).report.gapCount).toBe(1)
    expect(readLog(header + row(0) + row(10) + row(21) + row(32)).report.gapCount).toBe(0)
  })
})

describe('hazard 8: no header', () => {
  test('rows are kept, their columns named by their place', () => {
    const { rows, report } = readLog('2024-03-01 10:00:00 , 99.8 , - , 7 ,\n2024-03-01 10:00:01 , 99.9 , 3 , 8 ,\n')
    expect(rows).toEqual([
      { ts: utc('2024-03-01 10:00:00'), column_1: 99.8, column_3: 7 },
      { ts: utc('2024-03-01 10:00:01'), column_1: 99.9, column_2: 3, column_3: 8 },
    ])
    expect(report).toMatchObject({ headerless: true, headers: 0, rejected: 0, sessionCount: 1 })
  })
  test('a header further down names what follows', () => {
    const { rows, report } = readLog(row(0) + header + row(1))
    expect(rows).toEqual([
      { ts: utc('2024-03-01 10:00:00'), column_1: 40, column_2: 5 },
      { ts: utc('2024-03-01 10:00:01'), gpu_temperature: 40, gpu_load: 5 },
    ])
    expect(report.columnChanges).toBe(1)
  })
})

test('hazard 9: NUL bytes where another program cut the file', () => {
  const nuls = '\0'.repeat(40_020)
  const { rows, report } = readLog(latin1(header.trimEnd() + nuls + row(0) + row(1)))
  expect(rows).toHaveLength(2)
  expect(report).toMatchObject({ rejected: 0, headers: 1, encoding: 'windows' })
  expect(readLog(latin1(nuls + header + row(0))).rows).toHaveLength(1)
  const cutRow = readLog(latin1(`${header}2024-03-01 10:0${nuls}${row(1)}`))
  expect(cutRow.rows).toHaveLength(1)
  expect(cutRow.report.rejects).toEqual({ 'field-count': 1 })
})

describe('hazard 10: a separator ends every line, or none does', () => {
  test.each([
    ['both', header, row(0)],
    ['neither', header.replace(' ,\n', '\n'), row(0).replace(' ,\n', '\n')],
    ['the header only', header, row(0).replace(' ,\n', '\n')],
    ['the rows only', header.replace(' ,\n', '\n'), row(0)],
  ])('%s', (_, head, line) => {
    expect(temperatures(head + line)).toEqual([40])
  })
  test('a blank last field is a missing one only where lines end in a separator', () => {
    const bare = 'Date,GPU Temperature [C],GPU Load [%]\n'
    expect(readLog(`${bare}2024-03-01 10:00:00,40,\n`).rows[0]).toMatchObject({ gpu_temperature: 40, gpu_load: null })
    expect(readLog(`${header}2024-03-01 10:00:00 , 40 ,\n`).report.rejects).toEqual({ 'field-count': 1 })
  })
})

test('hazard 11: a row with "-" keeps its other values', () => {
  const { rows, report } = readLog(header + row(0, '-') + row(1, '40.5', '-') + row(2, '-', '-') + row(3, '', '6'))
  expect(rows.map((r) => [r['gpu_temperature'], r['gpu_load']])).toEqual([
    [null, 5],
    [40.5, null],
    [null, null],
    [null, 6],
  ])
  expect(report.sensors['gpu_temperature']).toMatchObject({ rows: 4, missing: 3, zeros: 0 })
})

test('hazard 12: 0.0 that means nothing, and 0 that means 0', () => {
  const { rows, report } = readLog(
    'Date , GPU Temperature [C] , VDDC [V] , Fan Speed (RPM) [RPM] , GPU Load [%] , PerfCap Reason [] , GPU Clock [MHz] ,\n' +
      '2024-03-01 10:00:00 , 0.0 , 0.0000 , 0 , 0 , 0 , 0.0 ,\n',
  )
  expect(rows[0]).toMatchObject({
    gpu_temperature: null,
    gpu_voltage: null,
    fan_speed_rpm: 0,
    gpu_load: 0,
    perf_cap_reason: 0,
    gpu_clock: 0,
  })
  expect(report.sensors['gpu_voltage']).toMatchObject({ zeros: 1, implausible: 0, missing: 0 })
})

// Hazard 13, sensors that print a constant, is judged by inspect: tests/jobs/inspect.test.ts.

test('hazard 14: negative and absurd values become no reading, counted by sensor', () => {
  const { rows, report } = readLog(
    'Date , Fan Speed (RPM) [RPM] , 8-Pin #1 Voltage [V] , CPU Temperature [C] ,\n' +
      '2024-03-01 10:00:00 , 747757 , 2.4 , -10.0 ,\n2024-03-01 10:00:01 , 1200 , 12.1 , 100.0 ,\n',
  )
  expect(rows.map(({ ts, ...sensors }) => sensors)).toEqual([
    { fan_speed_rpm: null, pin8_1_voltage: null, cpu_temperature: null },
    { fan_speed_rpm: 1200, pin8_1_voltage: 12.1, cpu_temperature: 100 },
  ])
  expect(report.sensors['cpu_temperature']).toMatchObject({ implausible: 1, firstImplausible: -10 })
  expect(report.rejected).toBe(0)
})

test('hazard 15: columns of one name keep their values', () => {
  const { rows } = readLog(
    'Date , UVD Clock [MHz] , UVD Clock [MHz] , GPU Load [%] , GPU Load [%] ,\n2024-03-01 10:00:00 , 105.0 , 102.0 , 7 , 8 ,\n',
  )
  expect(rows).toEqual([
    { ts: utc('2024-03-01 10:00:00'), video_clock: 105, video_clock_2: 102, gpu_load: 7, gpu_load_2: 8 },
  ])
})

test('hazard 16: equal stamps are told apart by a millisecond', () => {
  const { rows, report } = readLog(header + row(0) + row(0) + row(0) + row(1))
  const start = utc('2024-03-01 10:00:00')
  expect(rows.map((r) => r['ts'])).toEqual([start, start + 1, start + 2, start + 1000])
  expect(report.equalStamps).toBe(2)
})

test('hazard 17: time runs backwards, and no two rows share a stamp', () => {
  const { rows, report } = readLog(header + row(5) + row(6) + row(5) + row(6) + row(7))
  const stamps = rows.map((r) => r['ts'] ?? 0)
  expect(stamps.map((ts) => Math.floor(ts / 1000) % 60)).toEqual([5, 6, 5, 6, 7])
  expect(new Set(stamps).size).toBe(5)
  expect(report.stepsBack).toBe(1)
})

test('hazard 18: stamps below a second, also where they run backwards', () => {
  const stamps = [
    '2015-06-11 18:46:39.946',
    '2015-06-11 18:46:39.055',
    '2015-06-11 18:46:40.164',
    '2018-02-16 17:54:19.628',
  ]
  const { rows } = readLog(header + stamps.map((stamp) => `${stamp} , 40.0 , 5 ,\n`).join(''))
  expect(rows.map((r) => r['ts'])).toEqual(stamps.map(utc))
})

test('hazard 19: line ends of both kinds, mixed', () => {
  const { rows, report } = readLog(`${header}${row(0).replace('\n', '\r\n')}${row(1)}`)
  expect(rows).toHaveLength(2)
  expect(report.lineEnd).toBe('mixed')
  expect(readLog((header + row(0)).replaceAll('\n', '\r\n')).report.lineEnd).toBe('CRLF')
})

describe('hazard 20: other separators after a spreadsheet', () => {
  const values = (text: string): unknown => readLog(text).rows.map((r) => [r['ts'], r['gpu_clock'], r['gpu_load']])
  test('semicolons, with decimal points or commas', () => {
    const at = utc('2020-09-28 20:44:32')
    expect(values('Date ; GPU Clock [MHz] ; GPU Load [%]\n28/09/2020 20:44:32;1075.8;3\n')).toEqual([[at, 1075.8, 3]])
    expect(values('Date;GPU Clock [MHz];GPU Load [%]\n28.09.2020 20:44:32;1075,8;3\n')).toEqual([[at, 1075.8, 3]])
  })
  test('tabs, quotes and the twelve-hour clock', () => {
    expect(values('"Date"\t"GPU Clock [MHz]"\t"GPU Load [%]"\n"3/26/2014 9:50 PM"\t"722"\t"7"\n')).toEqual([
      [utc('2014-03-26 21:50:00'), 722, 7],
    ])
  })
  test('blanks', () => {
    expect(values('Date GPU Core Clock [MHz] GPU Load [%]\n3/26/2014 9:50 722 7\n3/26/2014 9:50 723 8\n')).toEqual([
      [utc('2014-03-26 09:50:00'), 722, 7],
      [utc('2014-03-26 09:50:00') + 1, 723, 8],
    ])
  })
  test('a date that may be day or month first is rejected until the log shows which', () => {
    const { rows, report } = readLog(
      'Date;GPU Load [%]\n8/09/2020 20:44:32;1\n9/9/2020 20:44:32;2\n13/09/2020 1:00:00;3\n8/10/2020 1:00:00;4\n',
    )
    expect(rows.map((r) => r['ts'])).toEqual(
      ['2020-09-09 20:44:32', '2020-09-13 01:00:00', '2020-10-08 01:00:00'].map(utc),
    )
    expect(report.firstRejects).toEqual([
      {
        reason: 'ambiguous-date',
        detail: '"8/09/2020 20:44:32" may be day or month first; store dates as yyyy-mm-dd hh:mm:ss',
        line: 2,
        firstBytes: '8/09/2020 20:44:32;1',
      },
    ])
  })
})

test('hazard 21: names hold what parsers cut on', () => {
  const { rows } = readLog(
    '        Date        , Fan Speed (%) [%] , Fan Speed (RPM) [RPM] , Power Consumption (%) [% TDP] , PerfCap Reason [] , GPU Temp.(MEMIO) [C] , 8-Pin #1 Power [W] , USB-C Power Draw [W] , PWR_SRC Power Draw [W] ,\n' +
      '2024-03-01 10:00:00 , 1 , 2 , 3 , 4 , 5 , 6 , 7 , 8 ,\n',
  )
  const { ts, ...sensors } = rows[0]
  expect(sensors).toEqual({
    fan_speed_percent: 1,
    fan_speed_rpm: 2,
    power_percent: 3,
    perf_cap_reason: 4,
    memory_temperature: 5,
    pin8_1_power: 6,
    usb_c_power: 7,
    pwr_src_power: 8,
  })
})

describe('hazard 22: the columns differ by card and by choice', () => {
  test('new names are kept', () => {
    const { rows } = readLog(
      'Date , Flux Capacitor [GW] , GPU Load [%] ,\n2024-03-01 10:00:00 , 1.21 , 5 ,\n2024-03-01 10:00:01 , - , 6 ,\n',
    )
    expect(rows).toEqual([
      { ts: utc('2024-03-01 10:00:00'), gpu_load: 5, 'Flux Capacitor [GW]': 1.21 },
      { ts: utc('2024-03-01 10:00:01'), gpu_load: 6 },
    ])
  })
  test('the columns change from one session to the next', () => {
    const { rows, report } = readLog(
      `${header}${row(0)}Date , GPU Load [%] , Hot Spot [C] ,\n2024-03-01 10:00:01 , 7 , 50.5 ,\n`,
    )
    expect(rows.map(({ ts, ...sensors }) => sensors)).toEqual([
      { gpu_temperature: 40, gpu_load: 5 },
      { gpu_load: 7, hot_spot: 50.5 },
    ])
    expect(report.columnChanges).toBe(1)
  })
})

test('hazard 24: a line without an end does not fill the memory', () => {
  const reader = new LogReader({ timezone: 'UTC' })
  const rows = [reader.push(Buffer.from(header + row(0)))]
  for (let i = 0; i < 200; i++) rows.push(reader.push(Buffer.alloc(10_000, 0x78)))
  rows.push(reader.push(Buffer.from(`\n${row(1)}`)), reader.end())
  expect(rows.flat().flatMap(rowsOf)).toHaveLength(2)
  expect(reader.report.rejects).toEqual({ 'too-long': 1 })
})

test('hazard 26: re-exported logs without blanks', () => {
  const { rows } = readLog('Date,GPUTemperature(HotSpot)[°C],PowerConsumption(%)[%TDP]\n2021-07-03 07:28:41,39,12\n')
  expect(rows).toEqual([{ ts: utc('2021-07-03 07:28:41'), hot_spot: 39, power_percent: 12 }])
})

describe('hand-cut lines', () => {
  test('a line with other fields than the header is rejected with reason and place', () => {
    const { rows, report } = readLog(
      `${header}${row(0)}2024-03-01 10:00:01 , 40.0 ,\n${row(2).replace(' ,\n', ' , 9 ,\n')}garbage\n${row(3)}`,
    )
    expect(rows).toHaveLength(2)
    expect(report.rejects).toEqual({ 'field-count': 3 })
    expect(report.firstRejects[0]).toEqual({
      reason: 'field-count',
      detail: '2 fields where the header has 3',
      line: 3,
      firstBytes: '2024-03-01 10:00:01 , 40.0 ,',
    })
  })
  test('a date that is none, or on no calendar', () => {
    const { report } = readLog(
      `${header}yesterday , 40.0 , 5 ,\n2024-02-30 10:00:00 , 40.0 , 5 ,\n2024-02-28 10:00:61 , 40.0 , 5 ,\n`,
    )
    expect(report.rejects).toEqual({ 'no-date': 1, 'no-such-date': 2 })
  })
  test('a value that is no number becomes no reading and is counted', () => {
    const { rows, report } = readLog(header + row(0, 'n/a'))
    expect(rows[0]).toMatchObject({ gpu_temperature: null, gpu_load: 5 })
    expect(report.sensors['gpu_temperature']).toMatchObject({ unreadable: 1, missing: 0, firstUnreadable: 'n/a' })
  })
})

describe('the last line', () => {
  const unfinished = (tail: string) => readLog(header + row(0) + tail)
  test('is a row without its line end if no field is missing', () => {
    expect(unfinished(row(1).trimEnd()).rows).toHaveLength(2)
  })
  test.each(['2024-03-01 10:00:01 , 40.0 , 5', '2024-03-01 10:00:01 , 40.', '2024-03', '2024-03-01 10:00:01 , 40.0 ,'])(
    'is none if cut: %s',
    (tail) => {
      const { rows, report } = unfinished(tail)
      expect(rows).toHaveLength(1)
      expect(report.rejects).toEqual({ unfinished: 1 })
    },
  )
  test('waits for its end', () => {
    const reader = new LogReader({ timezone: 'UTC' })
    expect(reader.push(Buffer.from(header + row(0) + row(1).slice(0, 30)))[0].count).toBe(1)
    expect(reader.push(Buffer.from(row(1).slice(30)))[0].count).toBe(1)
  })
})

describe('a file that is no log', () => {
  const error = (bytes: Uint8Array): string => {
    try {
      readLog(bytes, { source: 'thing.bin' })
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(NotALogError)
      return String(thrown)
    }
    return 'none'
  }
  it('says why, and what a log looks like', () => {
    expect(error(Buffer.alloc(0))).toContain('thing.bin is no GPU-Z sensor log: it is empty.')
    expect(error(Buffer.from('PK\x03\x04....'))).toContain('it is a ZIP archive')
    expect(error(Buffer.from('hello\nworld\n'))).toContain(
      'it begins with "hello.world.", which is neither a header nor a date',
    )
    expect(error(Buffer.alloc(100))).toContain('nothing but NUL bytes')
    expect(error(Buffer.from('x'))).toContain('Date        , GPU Clock [MHz]')
  })
  it('is given up early', () => {
    const reader = new LogReader({ timezone: 'UTC' })
    expect(() => {
      for (let i = 0; i < 100; i++) reader.push(Buffer.from('no log\n'.repeat(100)))
    }).toThrow(NotALogError)
    expect(reader.report.rejected).toBe(1000)
  })
  it('a header alone is a log without rows', () => {
    expect(readLog(header).report).toMatchObject({ rows: 0, headers: 1 })
  })
})
