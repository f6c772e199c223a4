/** Sensors of a card that is well, by GPU-Z's headers; it has a single fan. */
const WELL = {
  'GPU Temperature [°C]': '60.0',
  'Hot Spot [°C]': '70.0',
  'Memory Temperature [°C]': '60.0',
  'CPU Temperature [°C]': '50.0',
  'Board Power Draw [W]': '150.0',
  'Fan Speed (%) [%]': '40',
  'Fan Speed (RPM) [RPM]': '1200',
  'GPU Load [%]': '50',
  'PerfCap Reason []': '16',
} as const

type Readings = Partial<Record<keyof typeof WELL, string>>

/** Each breaks rules of ksql/03-alerts.ksql, together all of them; the first also by its jump. */
const FAULTS: readonly Readings[] = [
  { 'GPU Temperature [°C]': '88.0', 'Hot Spot [°C]': '95.0' },
  { 'GPU Temperature [°C]': '95.0', 'Hot Spot [°C]': '99.0' },
  { 'CPU Temperature [°C]': '85.0' },
  { 'Board Power Draw [W]': '320.0' },
  { 'Board Power Draw [W]': '360.0' },
  { 'Hot Spot [°C]': '90.0' },
  { 'Memory Temperature [°C]': '105.0' },
  { 'GPU Load [%]': '99', 'PerfCap Reason []': '1' },
  { 'PerfCap Reason []': '2' },
  { 'GPU Temperature [°C]': '75.0', 'Hot Spot [°C]': '80.0', 'Fan Speed (%) [%]': '0', 'Fan Speed (RPM) [RPM]': '0' },
  { 'GPU Temperature [°C]': '-' },
]

/** A log, UTC, latin1, in which a card breaks every rule in turn until `end`, ms since 1970. */
export function faultyLog(end: number, seconds: number): Buffer {
  const lines = [['Date', ...Object.keys(WELL)]]
  for (let i = 0; i < seconds; i++) {
    const fault = i % 2 === 0 ? {} : FAULTS[((i - 1) / 2) % FAULTS.length]
    const stamp = new Date(end - (seconds - i) * 1_000).toISOString().slice(0, 19).replace('T', ' ')
    lines.push([stamp, ...Object.values({ ...WELL, ...fault })])
  }
  return Buffer.from(lines.map((fields) => `${fields.join(' , ')} ,\r\n`).join(''), 'latin1')
}
