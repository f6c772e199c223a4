import type { DuckDBConnection } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unexportedMinutes, unexportedReadings } from '../../store/backlog.ts'
import type { StoredRows } from '../../store/checkpoint.ts'
import { saveAnchors } from '../../store/progress.ts'
import { StoreWriter } from '../../store/writer.ts'
import { Database, rows } from './database.ts'

let database: Database
beforeEach(async () => {
  database = await Database.create()
})
afterEach(() => database.remove())

const NOTHING = { tables: [], rejects: [], pipelines: [] }
const START = Date.UTC(2026, 0, 1)
const STEP = 100_000

function batch(device: string, from: number, count: number): StoredRows {
  return {
    device,
    host: 'h',
    log: `${device}.txt`,
    generation: 0,
    count,
    ts: Float64Array.from({ length: count }, (_, i) => START + (from + i) * 1_000),
    row: Float64Array.from({ length: count }, (_, i) => from + i),
    sensors: new Map([['gpu_temperature', { data: new Float64Array(count).fill(50), nulls: null }]]),
    other: null,
  }
}

/** Closes the file, if it is open, and opens it as a run does: a writer, and a connection beside it. */
async function open(): Promise<{ writer: StoreWriter; connection: DuckDBConnection }> {
  database.close()
  return { writer: await StoreWriter.open(await database.open()), connection: await database.open() }
}

/** Exports all that there is, as far as the store can tell: seconds since START, by device. */
async function exported(connection: DuckDBConnection, table: 'readings' | 'minutes') {
  const unexported = table === 'readings' ? unexportedReadings : unexportedMinutes
  const seconds: Record<string, number[]> = { kept: [], broken: [] }
  for (;;) {
    const next = await unexported(connection, 't', STEP)
    if (next === null) return seconds
    for (const { device, time } of next.samples) seconds[device].push((time - START) / 1_000)
    await saveAnchors(connection, 't', table, next.anchors)
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const maxRowid = async () => Number((await rows(await database.open(), 'SELECT max(rowid) FROM packed_readings'))[0][0])

test('a forgotten log moves the rows of others to lower rowids, and costs none of them', async () => {
  let { writer, connection } = await open()
  await writer.append(batch('broken', 0, 250_000))
  await writer.append(batch('kept', 0, 3_000))
  await writer.append(batch('broken', 250_000, 5_000))
  await writer.commit(NOTHING)
  expect((await exported(connection, 'readings')).kept).toEqual(range(0, 3_000))
  expect((await exported(connection, 'minutes')).kept).toHaveLength(49)
  await writer.commit({ ...NOTHING, forget: [{ log: 'broken.txt', device: 'broken' }] })
  database.close()
  await (await database.open()).run('CHECKPOINT')
  // What this is about: rows have moved.
  expect(await maxRowid()).toBeLessThan(252_999)

  ;({ writer, connection } = await open())
  await writer.append(batch('broken', 0, 100))
  await writer.append(batch('kept', 3_000, 3_000))
  await writer.append(batch('broken', 100, 6_000))
  await writer.commit(NOTHING)
  expect(await exported(connection, 'readings')).toEqual({ kept: range(3_000, 6_000), broken: range(0, 6_100) })
  // The minute from 2940 on was open, so it was not in the store before.
  expect((await exported(connection, 'minutes')).kept).toEqual(range(49, 99).map((minute) => minute * 60))
  await writer.append(batch('kept', 6_000, 1))
  await writer.commit(NOTHING)
  expect(await exported(connection, 'readings')).toEqual({ kept: [6_000], broken: [] })
})

test('a minute to which late rows come is exported again, whole and once', async () => {
  const { writer, connection } = await open()
  await writer.append(batch('kept', 0, 200))
  await writer.commit(NOTHING)
  expect((await exported(connection, 'minutes')).kept).toEqual([0, 60, 120])
  for (const again of [200, 400]) {
    // A clock that was set back: the second half of the first minute comes again, with other readings.
    const late = { ...batch('kept', again, 60), ts: Float64Array.from(range(0, 60), (i) => START + again + i * 500) }
    late.sensors.get('gpu_temperature')!.data.fill(80)
    await writer.append(late)
    await writer.append(batch('kept', again + 60, 1))
    await writer.commit(NOTHING)
    const next = await unexportedMinutes(connection, 't', STEP)
    const sum = 60 * 50 + (again / 200) * 60 * 80
    expect(next?.samples[0]).toEqual({
      device: 'kept',
      host: 'h',
      time: START,
      values: {
        gpu_temperature_min: 50,
        gpu_temperature_max: 80,
        gpu_temperature_avg: sum / (60 + (again / 200) * 60),
      },
    })
    await saveAnchors(connection, 't', 'minutes', next!.anchors)
    expect(await unexportedMinutes(connection, 't', STEP)).toBeNull()
  }
})

test('a sensor that the store gets while minutes are being read costs none of them', async () => {
  const { writer, connection } = await open()
  await writer.append(batch('kept', 0, 600))
  await writer.commit(NOTHING)
  // Between two statements of the export, which runs beside the writer.
  let isNew = true
  const raced = new Proxy(connection, {
    get: (target, name) => {
      if (name !== 'runAndReadAll') return Reflect.get(target, name).bind(target)
      return async (...args: Parameters<DuckDBConnection['runAndReadAll']>) => {
        const result = await target.runAndReadAll(...args)
        if (!isNew) return result
        isNew = false
        const rows = batch('kept', 600, 600)
        await writer.append({
          ...rows,
          sensors: new Map([['hot_spot', { data: new Float64Array(600).fill(60), nulls: null }]]),
        })
        await writer.commit(NOTHING)
        return result
      }
    },
  })
  const values: Record<string, number>[] = []
  for (let next = await unexportedMinutes(raced, 't', STEP); next !== null; ) {
    values.push(...next.samples.map((sample) => sample.values as Record<string, number>))
    await saveAnchors(connection, 't', 'minutes', next.anchors)
    next = await unexportedMinutes(raced, 't', STEP)
  }
  expect(values.map((value) => value['gpu_temperature_avg'] ?? value['hot_spot_avg'])).toEqual([
    ...Array(10).fill(50),
    ...Array(9).fill(60),
  ])
})
