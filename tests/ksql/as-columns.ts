import { type Column, type CountedError, dataColumns, KsqlEngine } from '../../engine/index.ts'
import { recordsOf, type SqlRecord } from '../../jobs/sql-record.ts'
import type { StatementFile } from '../../jobs/statement-file.ts'

/** A record of an input.json. */
export interface InputRecord {
  readonly topic: string
  readonly key: string
  readonly value: Readonly<Record<string, number | null>> | null
}

/** What the statements give while records come, and what they add when there are no more. */
export interface Given {
  readonly records: readonly SqlRecord[]
  readonly atEnd: readonly SqlRecord[]
  readonly errors: readonly CountedError[]
}

/** Feeds records as the job does: readings in columns, not as bytes, and limits as a person sets them, by INSERT. */
export function fedInColumns(files: readonly StatementFile[], input: readonly InputRecord[]): Given {
  let taken: SqlRecord[] = []
  const records = taken
  const engine: KsqlEngine = new KsqlEngine({
    onTopic: (name) => {
      engine.topic(name).subscribe((batch, source) => {
        taken.push(...recordsOf(name, dataColumns(source), batch))
      })
    },
  })
  for (const { text } of files) engine.execute(text)
  let readings: InputRecord[] = []
  for (const record of input) {
    if (record.topic === 'gpu.readings') readings.push(record)
    else {
      appendReadings(engine, readings)
      readings = []
      setLimits(engine, record)
    }
  }
  appendReadings(engine, readings)
  taken = []
  engine.end()
  return { records, atEnd: taken, errors: engine.errors.all() }
}

function appendReadings(engine: KsqlEngine, readings: readonly InputRecord[]): void {
  const count = readings.length
  if (count === 0) return
  const value = (row: InputRecord, name: string): number | null => row.value?.[name] ?? null
  const ts = Float64Array.from(readings, (row) => value(row, 'ts') ?? Number.NaN)
  const columns = new Map<string, Column>([
    ['DEVICE', { data: readings.map((row) => row.key), nulls: null }],
    ['TS', { data: ts, nulls: null }],
  ])
  const sensors = new Set(readings.flatMap((row) => Object.keys(row.value ?? {})))
  sensors.delete('ts')
  for (const sensor of sensors) {
    const numbers = readings.map((row) => value(row, sensor) ?? 0)
    columns.set(sensor.toUpperCase(), {
      data: sensor === 'perf_cap_reason' ? Int32Array.from(numbers) : Float64Array.from(numbers),
      nulls: Uint8Array.from(readings, (row) => (value(row, sensor) === null ? 1 : 0)),
    })
  }
  engine.append('GPU_READINGS', { count, columns, rowtime: ts })
}

function setLimits(engine: KsqlEngine, { key, value }: InputRecord): void {
  if (value === null) {
    // INSERT cannot delete a row.
    engine.topic('gpu.limits').append([{ key: Buffer.from(key), value: null, timestamp: 0, headers: [] }])
    return
  }
  const limits = Object.entries(value)
  const names = ['device', ...limits.map(([name]) => name)]
  const values = [`'${key}'`, ...limits.map(([, limit]) => (limit === null ? 'NULL' : `${limit}e0`))]
  engine.execute(`INSERT INTO gpu_limits (${names.join(', ')}) VALUES (${values.join(', ')});`)
}
