import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { formatInspectReport } from '../../cli/inspect-text.ts'
import { NotALogError } from '../../gpuz/not-a-log.ts'
import { inspectLog, inspectLogs } from '../../jobs/inspect.ts'
import { describeWithShared } from '../shared.ts'

const timezone = 'UTC'
const inspectText = (text: string, name = 'log.txt') =>
  inspectLog(
    {
      name,
      path: name,
      size: text.length,
      async *open() {
        yield Buffer.from(text)
      },
    },
    { timezone },
  )
const rows = (values: string, count = 3): string =>
  Array.from({ length: count }, (_, i) => `2024-03-01 10:00:0${i} , ${values} ,\n`).join('')

describe('hazard 13: sensors that never work print a constant, and inspect says so', () => {
  const broken = async (header: string, values: string) =>
    Object.fromEntries(
      (await inspectText(`Date , ${header} ,\n${rows(values)}`)).sensors.map(({ name, broken: why }) => [name, why]),
    )
  test('power that is always 0', async () => {
    expect(
      await broken('GPU Power [W] , Power Consumption (%) [% TDP] , USB-C Power Draw [W]', '0.0 , 0.0 , 0.0'),
    ).toEqual({
      gpu_chip_power: 'always 0',
      power_percent: 'always 0',
      usb_c_power: null,
    })
  })
  test('a temperature that is always 0, a voltage that never is', async () => {
    expect(await broken('Mem1 VRM Temperature [°C] , GPU Voltage [V] , GPU Load [%]', '0.0 , - , 0')).toEqual({
      memory_1_vrm_temperature: 'always 0',
      gpu_voltage: 'never a reading',
      gpu_load: null,
    })
  })
  test('a fan that turns at no revolutions', async () => {
    expect(await broken('Fan 1 Speed (%) [%] , Fan 1 Speed (RPM) [RPM]', '52 , 0')).toMatchObject({
      fan_1_speed_rpm: 'always 0 at up to 52 %',
    })
    expect(await broken('Fan Speed (%) [%] , Fan Speed (RPM) [RPM]', '0 , 0')).toMatchObject({ fan_speed_rpm: null })
  })
  test('values that cannot be', async () => {
    expect(await broken('CPU Temperature [°C]', '-10.0')).toEqual({ cpu_temperature: 'never a reading' })
  })
})

test('a report tells least, greatest and missing readings of each sensor', async () => {
  const { sensors } = await inspectText(
    'Date , GPU Temperature [°C] , Mystery [x] ,\n2024-03-01 10:00:00 , 40.5 , 1 ,\n2024-03-01 10:00:01 , 0.0 , - ,\n2024-03-01 10:00:02 , 61.0 , what ,\n',
  )
  expect(sensors).toMatchObject([
    {
      name: 'gpu_temperature',
      known: true,
      unit: '°C',
      header: 'GPU Temperature [°C]',
      min: 40.5,
      max: 61,
      readings: 2,
      nulls: 1,
    },
    { name: 'Mystery [x]', known: false, min: 1, max: 1, readings: 1, nulls: 2, unreadable: 1, missing: 1 },
  ])
})

test('the text for a person says what the report holds', async () => {
  const text = formatInspectReport(
    await inspectText(
      `Date , GPU Temperature [°C] , Fan Speed (%) [%] , Fan Speed (RPM) [RPM] ,\n${rows('40.5 , 52 , 0')}junk\n2024-03-01 12:00:00 , -5.0 , 52 , 0 ,\n`,
    ),
  )
  expect(text.split('\n')).toEqual([
    'log.txt',
    '  file       232 bytes, UTF-8, line end LF, separator ","',
    '  columns    4 with the date; 1 header',
    '  rows       4, and 1 line that is none',
    '  time       2024-03-01 10:00:00 to 12:00:00 UTC (2 h 0 min)',
    '  sessions   1',
    '             line 1: 4 rows, 2024-03-01 10:00:00 to 12:00:00',
    '  gaps       1',
    '             line 6: 1 h 59 min from 2024-03-01 10:00:02, no header',
    '  rejects    1 field-count',
    '             line 5: 1 fields where the header has 4: junk',
    '  sensor             header                  min   max  nulls',
    '  gpu_temperature    GPU Temperature [°C]   40.5  40.5      1  1 implausible',
    '  fan_speed_percent  Fan Speed (%) [%]        52    52      0',
    '  fan_speed_rpm      Fan Speed (RPM) [RPM]     0     0      0  looks broken: always 0 at up to 52 %',
    '',
  ])
})

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpumon-inspect-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const put = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  const log = `Date , GPU Load [%] ,\n${rows('5')}`

  test('several, and those in archives', async () => {
    const zip = put(
      'logs.zip',
      zipSync({ 'a.txt': Buffer.from(log), 'b/c.txt': Buffer.from(log.replaceAll('2024', '2023')) }),
    )
    const reports = await inspectLogs([put('one.txt', log), zip], { timezone })
    expect(reports.map((report) => report.rows)).toEqual([3, 3, 3])
    expect(reports[2].firstTs).toBe(Date.UTC(2023, 2, 1, 10))
  })
  test('that are no logs: says which and why', async () => {
    const path = put('picture.txt', '\x89PNG\r\n\x1a\n')
    await expect(inspectLogs([path], { timezone })).rejects.toThrow(NotALogError)
    await expect(inspectLogs([put('empty.txt', '')], { timezone })).rejects.toThrow(
      /empty\.txt is no GPU-Z sensor log: it is empty/u,
    )
  })
  test('progress is told', async () => {
    const seen: number[] = []
    await inspectLogs([put('one.txt', log)], { timezone, onProgress: ({ bytes }) => seen.push(bytes) })
    expect(seen).toEqual([log.length])
  })
})

describeWithShared('inspecting the real logs', (shared) => {
  const inspect = async (name: string) =>
    (await inspectLogs([join(shared, 'gpuz', 'logs', `${name}.txt`)], { timezone }))[0]
  test.each([
    ['amd-rx5700xt-2020-twelve-headers', ['memory_1_vrm_temperature', 'memory_2_vrm_temperature']],
    ['nvidia-rtx4060-2024', ['power_percent']],
    ['nvidia-rtx2080-2023-30-columns', ['fan_1_speed_rpm', 'fan_2_speed_rpm']],
    ['nvidia-gtx1080ti-2026-before', ['fan_speed_rpm']],
    ['intel-hd-2017-seven-columns', ['gpu_chip_power']],
    ['nvidia-gtx1070-2021-03', []],
    ['amd-vega64-2021-07', []],
    ['amd-apu-2024-two-headers-sleep-gaps', []],
  ])('%s: broken sensors %s', async (name, broken) => {
    const report = await inspect(name)
    expect(report.sensors.filter((sensor) => sensor.broken !== null).map((sensor) => sensor.name)).toEqual(broken)
  })
  test('sessions of the log with twelve headers', async () => {
    const { sessions } = await inspect('amd-rx5700xt-2020-twelve-headers')
    expect(sessions.map(({ line }) => line)).toEqual([1, 443, 486, 577, 715, 901, 1210, 1367, 1380, 1568, 1570, 1628])
    expect(sessions[9].rows).toBe(1)
  })
})
