import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { catalogue } from '../../gpuz/catalogue.ts'
import { headerKey } from '../../gpuz/header-names.ts'
import { describeWithShared } from '../shared.ts'
import { readLog } from './read-log.ts'

describeWithShared('the 14 real logs', (shared) => {
  const folder = join(shared, 'gpuz', 'logs')
  const format = readFileSync(join(shared, 'gpuz', 'FORMAT.md'), 'utf8')
  const table = [...format.matchAll(/^\| ([a-z0-9-]+) \| [^|]+ \| (\d+) \| (\d+) \| ([^|]+), (LF|CRLF) \|/gmu)]
  const log = (name: string): Buffer => readFileSync(join(folder, `${name}.txt`))

  test('are all in the table of FORMAT.md', () => {
    expect(table.map(([, name]) => `${name}.txt`).sort()).toEqual(readdirSync(folder).sort())
  })

  test.each(table.map(([, name, rows, columns, encoding, lineEnd]) => ({ name, rows, columns, encoding, lineEnd })))(
    '$name: $rows rows, $columns columns, none rejected, by either path',
    ({ name, rows, columns, encoding, lineEnd }) => {
      const fast = readLog(log(name), { statistics: true, timezone: 'Europe/Berlin' })
      expect(fast.rows).toHaveLength(Number(rows))
      expect(fast.report.columns).toHaveLength(Number(columns) - 1)
      expect(fast.report).toMatchObject({ rejected: 0, lineEnd, rows: Number(rows) })
      const expected = encoding.startsWith('0xB0') ? 'windows' : encoding.startsWith('UTF-16BE') ? 'utf-16be' : 'ascii'
      expect(fast.report.encoding).toBe(expected)
      expect(readLog(log(name), { statistics: true, timezone: 'Europe/Berlin', fastPath: false })).toEqual(fast)
      expect(new Set(fast.rows.map((row) => row['ts'])).size).toBe(Number(rows))
    },
  )

  test('have no header that the catalogue does not know, except the one without', () => {
    const unknown = table.flatMap(([, name]) => readLog(log(name)).report.columns.filter((column) => !column.known))
    expect(unknown.map(({ name }) => name)).toEqual(Array.from({ length: 9 }, (_, i) => `column_${i + 1}`))
  })

  test('all 96 header names of FORMAT.md are in the catalogue, but for the date', () => {
    const names = [...format.matchAll(/^\| ([^|]+) \| \d+ \| \d+ \| \d+ \|$/gmu)].map(([, name]) => name.trim())
    expect(names).toHaveLength(96)
    const known = new Set(catalogue.flatMap(({ headers }) => headers.map(headerKey)))
    expect(names.filter((name) => !known.has(headerKey(name)))).toEqual(['Date'])
  })

  test('the nulls of hazards 11 and 12 are found', () => {
    const asleep = readLog(log('nvidia-optimus-2016-asleep')).report.sensors
    expect(asleep['gpu_clock']).toMatchObject({ missing: 223, zeros: 0 })
    expect(asleep['gpu_voltage'].zeros + asleep['gpu_voltage'].missing).toBe(223)
    const line7 = readLog(log('nvidia-rtx2080-2023-30-columns')).rows[5]
    expect(Object.values(line7).filter((value) => value === null)).toHaveLength(14)
  })

  test('the sleep gaps of hazard 7 are found', () => {
    const { gaps } = readLog(log('amd-apu-2024-two-headers-sleep-gaps')).report
    const seconds = gaps
      .filter(({ atHeader }) => !atHeader)
      .map(({ line, fromTs, toTs }) => [line, (toTs - fromTs) / 1000])
    expect(seconds).toEqual([
      [961, 33_140],
      [4523, 27_956],
      [9671, 15_166],
    ])
    const short = readLog(log('amd-rx5700xt-2020-twelve-headers')).report.gaps.filter(({ atHeader }) => !atHeader)
    expect(short.map(({ line }) => line)).toEqual([564])
  })
})
