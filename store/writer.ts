import type { DuckDBConnection } from '@duckdb/node-api'
import { type AppendColumn, ColumnAppender, constant, wholeNumbers } from './append.ts'
import { appendTable } from './append-table.ts'
import type { Cell, Checkpoint, SavedPipeline, StoredReject, StoredRows } from './checkpoint.ts'
import { closeOpen } from './close-open.ts'
import { forget } from './forget.ts'
import { MinuteRollup, minuteColumns as minuteValues } from './minute-rollup.ts'
import { enqueue } from './outbox.ts'
import {
  absent,
  addReadingColumn,
  type Packing,
  pack,
  packingOf,
  readingPackings,
  widenReadingColumn,
} from './packed.ts'
import { minuteColumns } from './schema.ts'
import { writeTable } from './write-table.ts'

/**
 * Writes what a pipeline gives, checkpoint by checkpoint: rows are appended as they come, and are in the store together with everything else of
 * the checkpoint once `commit` has returned, or not at all.
 */
export class StoreWriter {
  readonly #connection: DuckDBConnection
  readonly #devices = new Map<string, number>()
  readonly #sources = new Map<string, number>()
  readonly #rollups = new Map<number, MinuteRollup>()
  /** sensors that have columns, in the order of the columns, and how each is kept */
  #packings = new Map<string, Packing>()
  /** where readings are packed, batch after batch */
  readonly #rooms: Int32Array[] = []
  #began = false
  #readings: ColumnAppender | null = null

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  /** @param connection for this writer alone */
  static async open(connection: DuckDBConnection): Promise<StoreWriter> {
    const writer = new StoreWriter(connection)
    await writer.#load()
    return writer
  }

  async append(rows: StoredRows): Promise<void> {
    await this.#begin()
    const { count, ts, row, sensors, other } = rows
    const packed = await this.#packed(sensors, count)
    const source = await this.#source(rows)
    const device = await this.#device(rows.device)
    const columns: AppendColumn[] = [
      { data: constant(device, count), nulls: null },
      { data: wholeNumbers(ts), nulls: null },
      { data: constant(source, count), nulls: null },
      { data: new Uint32Array(row), nulls: null },
      ...packed,
    ]
    // One appender for all batches of a checkpoint: to open and close one costs more than a batch.
    this.#readings ??= await ColumnAppender.open(this.#connection, 'packed_readings')
    this.#readings.append(columns, count)
    if (other !== null) await this.#appendOther(rows, source)
    this.#rollup(device).take(ts, sensors, count)
  }

  async commit(checkpoint: Checkpoint): Promise<void> {
    const {
      tables,
      appended = [],
      rejects,
      pipelines,
      notifications,
      forget: forgotten = [],
      closeOpen: closed = [],
    } = checkpoint
    await this.#begin()
    this.#flushReadings()
    for (const device of closed) await closeOpen(this.#connection, device)
    for (const { log, device } of forgotten) {
      await forget(this.#connection, log, device)
      this.#rollups.delete(this.#devices.get(device) ?? -1)
    }
    await this.#appendMinutes()
    for (const rows of tables) await writeTable(this.#connection, rows)
    for (const columns of appended) await appendTable(this.#connection, columns)
    await this.#appendRejects(rejects)
    for (const entry of notifications?.entries ?? []) {
      await enqueue(this.#connection, notifications?.targets ?? [], entry, Date.now())
    }
    for (const pipeline of pipelines) await this.#savePipeline(pipeline)
    await this.#connection.run('COMMIT')
    this.#began = false
  }

  /** Leaves out what was not committed. */
  async rollback(): Promise<void> {
    if (!this.#began) return
    this.#began = false
    try {
      // left to the collector, an appender would write its rows behind the transaction
      this.#flushReadings()
      await this.#connection.run('ROLLBACK')
    } catch {
      // a COMMIT that failed, or a database that has failed altogether, has rolled back already; the failure was told to the caller
    }
  }

  async #savePipeline({ log, device, position, statements, snapshot }: SavedPipeline): Promise<void> {
    await this.#connection.run('DELETE FROM pipelines WHERE log = $1', [log])
    const insert = await this.#connection.prepare('INSERT INTO pipelines VALUES ($1, $2, $3, $4, $5)')
    for (const [i, text] of [log, device, position, statements].entries()) insert.bindVarchar(i + 1, text)
    insert.bindBlob(5, snapshot)
    await insert.run()
    insert.destroySync()
  }

  async #load(): Promise<void> {
    const rows = async (sql: string): Promise<unknown[][]> => (await this.#connection.runAndReadAll(sql)).getRows()
    this.#packings = await readingPackings(this.#connection)
    for (const [id, device] of await rows('SELECT id, device FROM devices')) {
      this.#devices.set(String(device), Number(id))
      await this.#reopenMinute(Number(id))
    }
    for (const [id, ...identity] of await rows(
      'SELECT s.id, d.device, host, log, generation FROM sources s JOIN devices d ON s.device = d.id',
    )) {
      this.#sources.set(JSON.stringify(identity), Number(id))
    }
  }

  /** The minute that was open when the store was closed is not in `minutes`; its readings are. */
  async #reopenMinute(device: number): Promise<void> {
    const fields = [...this.#packings.keys()]
    const found = await this.#connection.runAndReadAll(
      `SELECT ${['epoch_ms(ts)', ...fields].map((sql) => `${sql}::DOUBLE`).join(', ')} FROM packed_readings WHERE device = $1 AND ts >= (SELECT date_trunc('minute', max(ts)) FROM packed_readings WHERE device = $1) ORDER BY rowid`,
      [device],
    )
    const [ts = [], ...values] = found.getColumns()
    const sensors = new Map(
      fields.map((field, i) => {
        const column = values[i] ?? []
        return [field, { data: Float64Array.from(column, (v) => (v === null ? Number.NaN : Number(v))), nulls: null }]
      }),
    )
    this.#rollup(device).take(Float64Array.from(ts, Number), sensors, ts.length)
  }

  #rollup(device: number): MinuteRollup {
    let rollup = this.#rollups.get(device)
    if (rollup === undefined) {
      rollup = new MinuteRollup()
      this.#rollups.set(device, rollup)
    }
    return rollup
  }

  async #begin(): Promise<void> {
    if (this.#began) return
    await this.#connection.run('BEGIN TRANSACTION')
    this.#began = true
  }

  #flushReadings(): void {
    const readings = this.#readings
    this.#readings = null
    readings?.close()
  }

  /** Readings as their columns keep them, in the order of the columns. Columns are made, and made wider, as need be. */
  async #packed(sensors: StoredRows['sensors'], count: number): Promise<AppendColumn[]> {
    for (const field of sensors.keys()) if (!this.#packings.has(field)) await this.#addSensor(field)
    const columns: AppendColumn[] = []
    for (const [field, packing] of this.#packings) {
      const readings = sensors.get(field)
      const column =
        readings === undefined
          ? absent(count, packing)
          : pack(readings.data, readings.nulls, packing, this.#room(columns.length, count))
      if (column === null) await this.#widen(field)
      columns.push(column ?? readings ?? absent(count, null))
    }
    return columns
  }

  /** For one column of a batch. */
  #room(column: number, count: number): Int32Array {
    let room = this.#rooms[column]
    if (room === undefined || room.length < count) {
      room = new Int32Array(count)
      this.#rooms[column] = room
    }
    return room
  }

  async #widen(field: string): Promise<void> {
    this.#flushReadings()
    await widenReadingColumn(this.#connection, field)
    this.#packings.set(field, null)
  }

  async #addSensor(field: string): Promise<void> {
    this.#flushReadings()
    const packing = packingOf(field)
    await addReadingColumn(this.#connection, field, packing)
    for (const column of minuteColumns(field)) await this.#connection.run(`ALTER TABLE minutes ADD COLUMN ${column}`)
    this.#packings.set(field, packing)
  }

  async #device(device: string): Promise<number> {
    const known = this.#devices.get(device)
    if (known !== undefined) return known
    const id = this.#devices.size
    await this.#connection.run('INSERT INTO devices VALUES ($1, $2)', [id, device])
    this.#devices.set(device, id)
    return id
  }

  async #source(of: Pick<StoredRows, 'device' | 'host' | 'log' | 'generation'>): Promise<number> {
    const { device, host, log, generation } = of
    const identity = JSON.stringify([device, host, log, generation])
    const known = this.#sources.get(identity)
    if (known !== undefined) return known
    const id = this.#sources.size
    const deviceId = await this.#device(device)
    await this.#connection.run('INSERT INTO sources VALUES ($1, $2, $3, $4, $5)', [id, deviceId, host, log, generation])
    this.#sources.set(identity, id)
    return id
  }

  async #appendOther({ ts, row, other }: StoredRows, source: number): Promise<void> {
    const rows: Cell[][] = []
    for (const [i, readings] of (other ?? []).entries()) {
      for (const [name, value] of readings ?? []) rows.push([source, row[i], ts[i], name, value])
    }
    await writeTable(this.#connection, {
      table: 'other_readings',
      columns: ['source', 'row', 'ts', 'name', 'value'],
      key: [],
      rows,
    })
  }

  async #appendMinutes(): Promise<void> {
    const fields = [...this.#packings.keys()]
    for (const [device, rollup] of this.#rollups) {
      const minutes = rollup.done()
      if (minutes.count === 0) continue
      const columns: AppendColumn[] = [
        { data: constant(device, minutes.count), nulls: null },
        { data: wholeNumbers(minutes.starts), nulls: null },
        ...minuteValues(minutes, fields),
      ]
      const appender = await ColumnAppender.open(this.#connection, 'minutes')
      appender.append(columns, minutes.count)
      appender.close()
    }
  }

  async #appendRejects(rejects: readonly StoredReject[]): Promise<void> {
    const rows: Cell[][] = []
    for (const reject of rejects) {
      rows.push([await this.#source(reject), reject.line, reject.reason, reject.detail, reject.firstBytes])
    }
    await writeTable(this.#connection, {
      table: 'rejects',
      columns: ['source', 'line', 'reason', 'detail', 'first_bytes'],
      key: [],
      rows,
    })
  }
}
