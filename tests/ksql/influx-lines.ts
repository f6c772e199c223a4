import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from '../../jobs/sql.ts'

const KSQL = join(import.meta.dirname, '../../ksql')
const scripts = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ksql'))
    .sort()
    .map((name) => join(folder, name))

export type Lines = Readonly<Record<string, readonly string[]>>

/** Line protocol that the cluster's statements make of a log or of records (JSON), by topic. */
export async function influxLines(input: string): Promise<Lines> {
  const lines: Record<string, string[]> = {}
  const { errors } = await sql(
    { files: [...scripts(KSQL), ...scripts(join(KSQL, 'cluster'))], inputs: [input], timezone: 'UTC', device: 'rig' },
    {
      onRecords: (records) => {
        for (const { from, value } of records) {
          if (!from.startsWith('gpu.influx.') || value === null) continue
          const { LINE } = JSON.parse(value) as { LINE: string }
          lines[from] ??= []
          lines[from].push(LINE)
        }
      },
    },
  )
  if (errors.length > 0) throw new Error(`statements met errors: ${JSON.stringify(errors)}`)
  return lines
}

/** A line in its parts. A comma, space or equals sign after a backslash belongs to a name. */
export function partsOf(line: string): { series: string[]; fields: string[]; time: number } {
  const [series, fields, time] = line.split(/(?<!\\) /)
  return { series: series.split(/(?<!\\),/).sort(), fields: fields.split(',').sort(), time: Number(time) }
}

/** What InfluxDB has of lines: by series and time the last value of each field. */
export type Points = ReadonlyMap<string, Readonly<Record<string, string | number>>>

export function pointsOf(lines: readonly string[]): Points {
  const points = new Map<string, Record<string, string | number>>()
  for (const line of lines) {
    const { series, fields, time } = partsOf(line)
    const name = `${series.join()} ${time}`
    const point = points.get(name) ?? {}
    for (const field of fields) {
      const [key, value] = field.split('=')
      // 40, 40.0 and 4e1 are one number; a mean's last digits depend on the order in which its readings were added up.
      point[key] = Number.isNaN(Number(value)) ? value : Number(Number(value).toPrecision(12))
    }
    points.set(name, point)
  }
  return points
}
