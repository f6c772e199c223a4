import type { LimitInfo } from '../web/api.ts'

/** The limits of ksql/02-limits.ksql with the defaults that ksql/03-alerts.ksql gives them; a test compares. */
export const LIMITS: readonly LimitInfo[] = [
  { name: 'gpu_temperature_max', label: 'GPU temperature', unit: '°C', sensor: 'gpu_temperature', standard: 85 },
  {
    name: 'gpu_temperature_critical',
    label: 'GPU temperature, critical',
    unit: '°C',
    sensor: 'gpu_temperature',
    standard: 90,
  },
  { name: 'cpu_temperature_max', label: 'CPU temperature', unit: '°C', sensor: 'cpu_temperature', standard: 80 },
  {
    name: 'memory_temperature_max',
    label: 'Video memory temperature',
    unit: '°C',
    sensor: 'memory_temperature',
    standard: 100,
  },
  { name: 'hot_spot_delta_max', label: 'Hot spot above GPU temperature', unit: '°C', sensor: null, standard: 25 },
  {
    name: 'temperature_jump_max',
    label: 'Temperature rise between two readings',
    unit: '°C',
    sensor: null,
    standard: 15,
  },
  { name: 'fan_stopped_max', label: 'GPU temperature with the fan stopped', unit: '°C', sensor: null, standard: 70 },
  { name: 'board_power_max', label: 'Board power', unit: 'W', sensor: 'board_power', standard: 300 },
  { name: 'board_power_critical', label: 'Board power, critical', unit: 'W', sensor: 'board_power', standard: 350 },
  { name: 'gpu_load_max', label: 'GPU load', unit: '%', sensor: 'gpu_load', standard: 95 },
]

/** The limit that a sensor's readings break first, by field, as a device has it. */
export function sensorLimits(own: Readonly<Record<string, number | null>>): Record<string, number> {
  const limits: Record<string, number> = {}
  for (const { name, sensor, standard } of LIMITS) {
    if (sensor !== null) limits[sensor] = Math.min(limits[sensor] ?? Number.POSITIVE_INFINITY, own[name] ?? standard)
  }
  return limits
}
