const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Decimals by unit, as many as the sensors have. */
const DECIMALS: Readonly<Record<string, number>> = { V: 3, '°C': 1, W: 1, A: 1, '% TDP': 1 }

/** A reading without its unit; the minus is the typographer's, as wide as a digit. */
export function number(value: number, unit: string): string {
  return grouped(value, DECIMALS[unit] ?? 0)
}

/** A reading with its unit, or that there is none. */
export function reading(value: number | null | undefined, unit: string): string {
  return value === null || value === undefined ? 'no reading' : `${number(value, unit)}${unit === '' ? '' : ` ${unit}`}`
}

/** A number with commas at the thousands. Not by Intl, whose first use takes the browser as long as a chart does. */
export function grouped(value: number, decimals = 0): string {
  const [whole, fraction] = value.toFixed(decimals).split('.')
  const grouped = whole.replace('-', '−').replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** A mean or a difference: a digit more where the unit has none, and a sign. */
export function difference(value: number, unit: string): string {
  const text = grouped(Math.abs(value), DECIMALS[unit] ?? 1)
  const sign = /[1-9]/.test(text) ? (value > 0 ? '+' : '−') : '±'
  return `${sign}${text}`
}

/** A span of time in its two greatest units: "2 h 5 min", "48 s". @param ms rounded to s */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1_000)) * 1_000
  const parts: readonly [number, string][] = [
    [Math.floor(whole / DAY), 'd'],
    [Math.floor((whole % DAY) / HOUR), 'h'],
    [Math.floor((whole % HOUR) / MINUTE), 'min'],
    [Math.floor((whole % MINUTE) / 1_000), 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
