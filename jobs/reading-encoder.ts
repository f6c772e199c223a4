import { AvroSink, type Column, type RowsInColumns } from '../engine/index.ts'
import { type ReadingField, readingFields } from '../gpuz/reading-schema.ts'
import type { OutgoingRecord } from '../kafka/missing-records.ts'

/** Writes one field of the row at an index. */
type FieldWriter = (row: number) => void

/** kafkajs groups the records of a request in time that grows with their square: beyond this many it shows. */
const REQUEST_ROWS = 500
/** Below the broker's default limit of a request even where nothing can be compressed. */
const REQUEST_BYTES = 900_000
const NO_COLUMN: Column = { data: [], nulls: null }

/**
 * Turns readings in columns into records: the key is the device, the value Avro by `readingSchema()` behind Confluent's wire format, the timestamp the event
 * time. The schema is known when this is written, so columns are written as they are, without a row in between as the engine's serdes have one.
 */
export class ReadingEncoder {
  readonly #schemaId: number
  readonly #sink = new AvroSink()
  /** of what hardly changes: devices, hosts, logs */
  readonly #texts = new Map<string, Uint8Array>()
  readonly #keys = new Map<string, Buffer>()
  /** of the request that is being written: records, with the place in the sink where the value of each ends */
  #written: { readonly key: Buffer; readonly timestamp: string; readonly end: number }[] = []

  /** @param schemaId that the registry has given `readingSchema()` */
  constructor(schemaId: number) {
    this.#schemaId = schemaId
  }

  /** Full requests of records, in the order of the rows; the last records wait for more. @param rows with all columns of the stream of readings */
  *requests(rows: RowsInColumns): Generator<OutgoingRecord[], void, undefined> {
    const columns = new Map([...rows.columns].map(([name, column]) => [name.toLowerCase(), column]))
    const writers = this.#writers(columns)
    const devices = columns.get('device')?.data ?? []
    const sink = this.#sink
    for (let row = 0; row < rows.count; row++) {
      sink.byte(0)
      sink.bigEndian32(this.#schemaId)
      for (const write of writers) write(row)
      const key = this.#key(String(devices[row]))
      this.#written.push({ key, timestamp: String(rows.rowtime[row]), end: sink.length })
      if (this.#written.length === REQUEST_ROWS || sink.length >= REQUEST_BYTES) yield this.rest()
    }
  }

  /** Takes the records that wait for more. */
  rest(): OutgoingRecord[] {
    const { buffer } = this.#sink.take()
    let begin = 0
    const records = this.#written.map(({ key, timestamp, end }) => {
      const value = Buffer.from(buffer, begin, end - begin)
      begin = end
      return { key, value, timestamp }
    })
    this.#sink.reset()
    this.#written = []
    return records
  }

  /** In the order of the fields. Neighbours whose sizes are known are written by one function: a call a field would take as long as the writing. */
  #writers(columns: ReadonlyMap<string, Column>): FieldWriter[] {
    const sink = this.#sink
    const writers: FieldWriter[] = []
    let run: (Float64Array | null)[] = []
    const endRun = (): void => {
      if (run.length > 0) writers.push(fixedSizeWriter(sink, run))
      run = []
    }
    for (const field of readingFields) {
      const column = columns.get(field.name)
      const fixed = Array.isArray(field.avro) ? fixedSize(column, field.avro[1]) : undefined
      if (fixed !== undefined) {
        run.push(fixed)
        continue
      }
      endRun()
      writers.push(this.#writer(field, column ?? NO_COLUMN))
    }
    endRun()
    return writers
  }

  #writer({ name, avro }: ReadingField, { data, nulls }: Column): FieldWriter {
    const sink = this.#sink
    if (Array.isArray(avro)) {
      const put =
        avro[1] === 'int'
          ? (row: number) => sink.int(Number(data[row]))
          : (row: number) => sink.double(Number(data[row]))
      return (row) => {
        if (nulls?.[row] === 1) return sink.byte(0)
        sink.byte(2)
        put(row)
      }
    }
    if (name === 'other') return (row) => putMap(sink, data[row] as ReadonlyMap<string, number> | null | undefined)
    if (avro === 'string') return (row) => sink.raw(this.#text(String(data[row])))
    return (row) => sink.wholeNumber(Number(data[row]))
  }

  #text(text: string): Uint8Array {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const sink = new AvroSink()
    sink.string(text)
    const bytes = sink.take()
    this.#texts.set(text, bytes)
    return bytes
  }

  #key(device: string): Buffer {
    const known = this.#keys.get(device)
    if (known !== undefined) return known
    const key = Buffer.from(device, 'utf8')
    this.#keys.set(device, key)
    return key
  }
}

/** Of an optional field: the doubles of a column that has one in every row, null where there is no column, undefined where the size is not known. */
function fixedSize(column: Column | undefined, type: unknown): Float64Array | null | undefined {
  if (column === undefined) return null
  return type === 'double' && column.nulls === null && column.data instanceof Float64Array ? column.data : undefined
}

/** Neighbouring optional fields: each NULL, or a double in every row. */
function fixedSizeWriter(sink: AvroSink, fields: readonly (Float64Array | null)[]): FieldWriter {
  const bytes: number[] = []
  const offsets: number[] = []
  for (const doubles of fields) {
    if (doubles === null) bytes.push(0)
    else offsets.push(bytes.push(2, 0, 0, 0, 0, 0, 0, 0, 0) - 8)
  }
  const value = Uint8Array.from(bytes)
  const columns = fields.filter((doubles) => doubles !== null)
  return (row) => sink.rawWithDoubles(value, offsets, columns, row)
}

function putMap(sink: AvroSink, map: ReadonlyMap<string, number> | null | undefined): void {
  if (map != null && map.size > 0) {
    sink.int(map.size)
    for (const [key, value] of map) {
      sink.string(key)
      sink.double(value)
    }
  }
  sink.byte(0)
}
