import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LIMITS, sensorLimits } from '../../jobs/limits.ts'
import { TABLES } from '../../store/schema.ts'

const ksql = (name: string): string => readFileSync(join(import.meta.dirname, '..', '..', 'ksql', name), 'utf8')

test('limits are the columns of ksql/02-limits.ksql, in its order, and of the table of the store', () => {
  const table = ksql('02-limits.ksql').match(/CREATE TABLE gpu_limits \(([^;]*?)\) WITH/)?.[1] ?? ''
  const columns = [...table.matchAll(/^\s*(\w+) DOUBLE/gm)].map(([, name]) => name)
  expect(LIMITS.map(({ name }) => name)).toEqual(columns)
  const stored = TABLES.find((statement) => statement.startsWith('CREATE TABLE limits ')) ?? ''
  expect([...stored.matchAll(/(\w+) DOUBLE/g)].map(([, name]) => name)).toEqual(columns)
})

test('defaults are those that ksql/03-alerts.ksql takes', () => {
  const defaults = [...ksql('03-alerts.ksql').matchAll(/COALESCE\(l\.(\w+), (\S+)\) AS (\w+)/g)]
  expect(defaults.map(([, column, , name]) => [column, name])).toEqual(LIMITS.map(({ name }) => [name, name]))
  expect(defaults.map(([, , value]) => Number(value))).toEqual(LIMITS.map(({ standard }) => standard))
})

test('units are those of the rules: a comparison of the sensor named with the limit', () => {
  const alerts = ksql('03-alerts.ksql')
  for (const { name, sensor, unit } of LIMITS) {
    if (sensor !== null) expect(alerts).toMatch(new RegExp(`\\b${sensor} > ${name}\\b`))
    expect(unit).toBe(name.startsWith('board_power') ? 'W' : name === 'gpu_load_max' ? '%' : '°C')
  }
})

test('a sensor is over its limit from the lower of its limits on, own ones before defaults', () => {
  expect(sensorLimits({})).toEqual({
    gpu_temperature: 85,
    cpu_temperature: 80,
    memory_temperature: 100,
    board_power: 300,
    gpu_load: 95,
  })
  const own = { gpu_temperature_max: 95, board_power_max: null, board_power_critical: 250, gpu_load_max: 0 }
  expect(sensorLimits(own)).toMatchObject({ gpu_temperature: 90, board_power: 250, gpu_load: 0 })
})
