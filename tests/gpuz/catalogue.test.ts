import { describe, expect, test } from 'vitest'
import { catalogue, sensorOf } from '../../gpuz/catalogue.ts'
import { headerKey, matchColumns } from '../../gpuz/header-names.ts'

describe('the catalogue', () => {
  test('names each field once, in words that SQL and Avro take', () => {
    const fields = catalogue.map(({ field }) => field)
    expect(new Set(fields).size).toBe(fields.length)
    for (const field of fields) expect(field).toMatch(/^[a-z][a-z0-9_]*$/u)
  })

  test('gives each spelling to one field', () => {
    const keys = catalogue.flatMap(({ headers }) => headers.map(headerKey))
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('finds a sensor by its field', () => {
    expect(sensorOf('hot_spot')).toMatchObject({ unit: '°C', kind: 'temperature', zeroMeansNothing: true })
    expect(sensorOf('gpu_load')).toMatchObject({ unit: '%', zeroMeansNothing: false })
    expect(sensorOf('toString')).toBeUndefined()
  })
})

describe('headers', () => {
  const names = (...headers: string[]) => matchColumns(headers).map(({ name }) => name)

  test('of one quantity share a field', () => {
    for (const [field, ...headers] of [
      ['gpu_clock', 'GPU Core Clock [MHz]', 'GPU Clock [MHz]'],
      ['hot_spot', 'Hot Spot [°C]', 'GPU Temperature (Hot Spot) [°C]'],
      ['board_power', 'Board Power Draw [W]', 'Power Consumption (W) [W]'],
      ['gpu_chip_power', 'GPU Chip Power Draw [W]', 'GPU only Power Draw [W]', 'GPU Power Draw [W]', 'GPU Power [W]'],
      ['gpu_voltage', 'VDDC [V]', 'GPU Voltage [V]'],
      ['memory_used', 'Memory Used [MB]', 'Memory Used (Dedicated) [MB]', 'Memory Usage (Dedicated) [MB]'],
    ]) {
      for (const header of headers) expect(names(header), header).toEqual([field])
    }
  })

  test('that look alike stay apart', () => {
    expect(
      names(
        'Fan Speed [%]',
        'Fan Speed [RPM]',
        'MVDDC [V]',
        'MVDDC Power Draw [W]',
        'GPU Temperature [°C]',
        'GPU Temperature (Hot Spot) [°C]',
      ),
    ).toEqual(['fan_speed_percent', 'fan_speed_rpm', 'mvddc_voltage', 'mvddc_power', 'gpu_temperature', 'hot_spot'])
  })

  test('of two spellings in one log keep both values', () => {
    expect(matchColumns(['VDDC [V]', 'GPU Voltage [V]']).map(({ name, known }) => [name, known])).toEqual([
      ['gpu_voltage', true],
      ['gpu_voltage_2', false],
    ])
  })

  test('match whatever became of blanks, letter case and the degree sign', () => {
    for (const header of [
      '  gpu temperature [°c] ',
      'GPUTemperature[°C]',
      '"GPU Temperature [C]"',
      'GPU  Temperature [\ufffdC]',
      'GPU Temperature [˚C]',
    ]) {
      expect(names(header), header).toEqual(['gpu_temperature'])
    }
  })

  test('that are unknown keep their text and unit', () => {
    expect(matchColumns([' Flux [GW] ', 'Flux [GW]', 'Bare'])).toEqual([
      { header: 'Flux [GW]', name: 'Flux [GW]', known: false, unit: 'GW' },
      { header: 'Flux [GW]', name: 'Flux [GW]_2', known: false, unit: 'GW' },
      { header: 'Bare', name: 'Bare', known: false, unit: '' },
    ])
  })
})
