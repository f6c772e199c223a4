import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { LogReader } from '../../../gpuz/log-reader.ts'
import { COLUMNS, Simulator } from '../../../gpuz/simulator/simulator.ts'
import { wallClock } from '../../../gpuz/simulator/wall-clock.ts'
import { isSimulatedLog, writeLiveLog, writeLog } from '../../../gpuz/simulator/write-log.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gpumon-simulator-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const start = Date.UTC(2024, 5, 1, 12)
const lines = (path: string) => readFileSync(path, 'latin1').split('\r\n')

describe('a simulated log', () => {
  test('is a header and a record a second, all of one length', async () => {
    const path = join(scratch, 'whole.txt')
    const progress: number[] = []
    const bytes = await writeLog(path, 3_000, { seed: 1, start, timezone: 'Europe/Berlin' }, (rows) =>
      progress.push(rows),
    )
    const text = readFileSync(path)
    expect(text.length).toBe(bytes)
    const all = lines(path)
    expect(all.pop()).toBe('')
    expect(all.length).toBe(3_001)
    expect(new Set(all.map((line) => line.length)).size).toBe(1)
    expect(all[1].slice(0, 21)).toBe('2024-06-01 14:00:00 ,')
    expect(all[3_000].slice(0, 21)).toBe('2024-06-01 14:49:59 ,')
    expect(progress).toEqual([1024, 2048, 3000])
  })

  test('is read back as it was simulated, without a reject or an implausible value', async () => {
    const path = join(scratch, 'read.txt')
    await writeLog(path, 20_000, { seed: 4, start, timezone: 'Europe/Berlin' })
    const reader = new LogReader({ timezone: 'Europe/Berlin' })
    const bytes = readFileSync(path)
    const batches = [...reader.push(bytes), ...reader.end()]
    expect(bytes.equals(readFileSync(path)), 'the bytes handed in stay as they are').toBe(true)
    const { report } = reader
    expect({ rows: report.rows, rejected: report.rejected, headers: report.headers, lineEnd: report.lineEnd }).toEqual({
      rows: 20_000,
      rejected: 0,
      headers: 1,
      lineEnd: 'CRLF',
    })
    expect(report.columns.map(({ known }) => known)).toEqual(COLUMNS.map(() => true))
    expect(Object.values(report.sensors).map(({ name, implausible }) => ({ name, implausible }))).toEqual(
      report.columns.map(({ name }) => ({ name, implausible: 0 })),
    )
    const simulator = new Simulator(4)
    let row = 0
    for (const { count, ts, sensors } of batches) {
      for (let i = 0; i < count; i++, row++) {
        simulator.step(1)
        if (ts[i] !== start + row * 1000) expect.fail(`row ${row} has the stamp ${ts[i]}`)
        const power = sensors.get('board_power')?.data[i] ?? Number.NaN
        const simulated = simulator.values[COLUMNS.findIndex(({ header }) => header.startsWith('Board Power'))]
        if (!(Math.abs(power - simulated) < 0.0501 || (Number.isNaN(power) && Number.isNaN(simulated)))) {
          expect.fail(`row ${row} has ${power} W instead of ${simulated} W`)
        }
      }
    }
    expect(row).toBe(20_000)
  })

  test('shows the hour twice when summer time ends', async () => {
    const path = join(scratch, 'dst.txt')
    const beforeChange = Date.UTC(2024, 9, 27, 0, 59, 58)
    await writeLog(path, 4, { seed: 1, start: beforeChange, timezone: 'Europe/Berlin' })
    expect(
      lines(path)
        .slice(1, 5)
        .map((line) => line.slice(11, 19)),
    ).toEqual(['02:59:58', '02:59:59', '02:00:00', '02:00:01'])
  })

  test('written live holds the same bytes, and a restart appends a header', async () => {
    const whole = join(scratch, 'same.txt')
    const live = join(scratch, 'live.txt')
    const options = { seed: 9, start, timezone: 'UTC' }
    await writeLog(whole, 50, options)
    expect(await writeLiveLog(live, { ...options, rows: 50, speed: 1_000 })).toBe(50)
    expect(readFileSync(live).equals(readFileSync(whole))).toBe(true)
    await writeLiveLog(live, { ...options, rows: 1, speed: 1_000 })
    expect(lines(live)[51]).toBe(lines(live)[0])
  })

  test('that was broken off in a line goes on in a line of its own', async () => {
    const path = join(scratch, 'broken.txt')
    const options = { seed: 9, start, timezone: 'UTC', speed: 1_000 }
    await writeLiveLog(path, { ...options, rows: 2 })
    appendFileSync(path, '2024-06-01 12:00:02 , 35')
    await writeLiveLog(path, { ...options, rows: 2, start: start + 60_000 })
    const all = lines(path)
    expect(all[4]).toBe(all[0])
    expect(all.slice(3, 6).map((line) => line.slice(0, 21))).toEqual([
      '2024-06-01 12:00:02 ,',
      '        Date        ,',
      '2024-06-01 12:01:00 ,',
    ])
  })

  test('may begin with a card that has run for a while', async () => {
    const [whole, later] = [join(scratch, 'from0.txt'), join(scratch, 'from20.txt')]
    await writeLog(whole, 30, { seed: 3, start, timezone: 'UTC' })
    await writeLiveLog(later, { seed: 3, start, timezone: 'UTC', skip: 20, rows: 10, speed: 1_000 })
    const readings = (path: string) =>
      lines(path)
        .slice(1, -1)
        .map((line) => line.slice(20))
    expect(readings(later)).toEqual(readings(whole).slice(20))
    expect(lines(later)[1].slice(0, 19)).toBe('2024-06-01 12:00:00')
  })

  test('is told from others, and from those of another seed', async () => {
    const path = join(scratch, 'known.txt')
    await writeLiveLog(path, { seed: 5, start, timezone: 'Asia/Kathmandu', rows: 3, speed: 1_000 })
    expect(await isSimulatedLog(path, 5)).toBe(true)
    expect(await isSimulatedLog(path, 6)).toBe(false)
    const other = join(scratch, 'other.txt')
    for (const content of [readFileSync(path, 'latin1').replace('°C', 'K'), '']) {
      writeFileSync(other, content, 'latin1')
      expect(await isSimulatedLog(other, 5)).toBe(false)
    }
    expect(await isSimulatedLog(join(scratch, 'none.txt'), 5)).toBe(false)
  })

  test('written live keeps its pace and stops when asked', async () => {
    const controller = new AbortController()
    const path = join(scratch, 'paced.txt')
    setTimeout(() => controller.abort(), 400)
    const rows = await writeLiveLog(path, { seed: 1, start, timezone: 'UTC', speed: 50, signal: controller.signal })
    expect(rows).toBeGreaterThan(8)
    expect(rows).toBeLessThan(40)
    expect(lines(path).length).toBe(rows + 2)
  })
})

describe('a wall clock', () => {
  test.each([
    ['UTC', '2024-06-01T12:00:00.000Z'],
    ['Asia/Kathmandu', '2024-06-01T17:45:00.000Z'],
    ['America/Los_Angeles', '2024-06-01T05:00:00.000Z'],
  ])('in %s', (zone, shown) => {
    expect(new Date(wallClock(zone)(start)).toISOString()).toBe(shown)
  })

  test('refuses a zone that does not exist', () => {
    expect(() => wallClock('Mars/Olympus')).toThrow(RangeError)
  })
})
