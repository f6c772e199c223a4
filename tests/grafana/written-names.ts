import { catalogue } from '../../gpuz/catalogue.ts'
import { EXPORTED_TABLES } from '../../jobs/influx-tables.ts'
import { addSensor, prepare, putEpisode, SENSORS } from '../jobs/influx-data.ts'
import { Database } from '../store/database.ts'

/** Names that the program writes to InfluxDB. */
export interface WrittenNames {
  /** fields by measurement */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
  readonly tags: ReadonlySet<string>
}

/** A store with every sensor of the catalogue goes through the export's own tables; the names are those of the lines that come out. */
export async function writtenNames(): Promise<WrittenNames> {
  const database = await Database.create()
  try {
    const connection = await database.open()
    await prepare(connection)
    const sensors = catalogue.map(({ field }) => field)
    for (const sensor of sensors)
      if (!(SENSORS as readonly string[]).includes(sensor)) await addSensor(connection, sensor)
    const ts = "TIMESTAMP_MS '2026-01-01 00:00:00'"
    await connection.run(
      `INSERT INTO packed_readings BY NAME SELECT 2 AS device, ${ts} AS ts, 2 AS source, 1 AS row, ${sensors.map((s) => `1 AS ${s}`).join(', ')}`,
    )
    const parts = sensors.flatMap((s) => ['n', 'min', 'max', 'sum', 'last'].map((part) => `1 AS ${s}_${part}`))
    await connection.run(`INSERT INTO minutes BY NAME SELECT 2 AS device, ${ts} AS ts, ${parts.join(', ')}`)
    await putEpisode(connection, 1, { started: 0, seconds: 30, open: true })
    const lines: string[] = []
    for (const table of EXPORTED_TABLES) {
      const step = await table.next(connection, 'names')
      for (const point of step?.points ?? []) lines.push(point.toLineProtocol() ?? '')
    }
    return namesIn(lines)
  } finally {
    await database.remove()
  }
}

function namesIn(lines: readonly string[]): WrittenNames {
  const fields = new Map<string, Set<string>>()
  const tags = new Set<string>()
  for (const line of lines) {
    const [series, values] = line.split(' ')
    const [measurement, ...pairs] = series.split(',')
    for (const pair of pairs) tags.add(pair.split('=')[0])
    const known = fields.get(measurement) ?? new Set()
    for (const value of values.split(',')) known.add(value.split('=')[0])
    fields.set(measurement, known)
  }
  return { fields, tags }
}

/** What a Flux query names that is no measurement, tag or field, nor a column that it makes itself or InfluxDB always has. */
export function unknownNames(flux: string, { fields, tags }: WrittenNames): string[] {
  const named = (pattern: RegExp) => [...flux.matchAll(pattern)].map(([, name]) => name)
  const measurements = named(/_measurement == "([^"]*)"/g)
  const ofMeasurements = new Set(measurements.flatMap((name) => [...(fields.get(name) ?? [])]))
  const unknownFields = named(/_field == "([^"]*)"/g).filter((name) => !ofMeasurements.has(name))
  const columns = [
    ...named(/\br\.(\w+)/g),
    ...named(/\bcolumns?: \[?((?:"[^"]*",? ?)+)/g).flatMap((list) =>
      [...list.matchAll(/"([^"]*)"/g)].map(([, c]) => c),
    ),
    ...named(/\btag: "([^"]*)"/g),
  ]
  const always = new Set(['_time', '_value', '_field', '_measurement'])
  return [
    ...measurements.filter((name) => !fields.has(name)),
    ...unknownFields,
    ...columns.filter((name) => !always.has(name) && !tags.has(name) && !ofMeasurements.has(name)),
  ]
}
