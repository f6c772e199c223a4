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

  /** @param schemaId that the registry has given `readingSchema()` */
  constructor(schemaId: number) {
    this.#schemaId = schemaId
  }

  /** Requests of records, in the order of the rows. @param rows with all columns of the stream of readings */
  *requests(rows: RowsInColumns): Generator<OutgoingRecord[], void, undefined> {
    const columns = new Map([...rows.columns].map(([name, column]) => [name.toLowerCase(), column]))
    const writers = this.#writers(columns)
    const devices = columns.get('device')?.data ?? []
    for (let from = 0; from < rows.count; ) {
      const ends = this.#write(writers, from, Math.min(rows.count, from + REQUEST_ROWS))
      const { buffer } = this.#sink.take()
      let begin = 0
      yield ends.map((end, i) => {
        const value = Buffer.from(buffer, begin, end - begin)
        begin = end
        return { key: this.#key(String(devices[from + i])), value, timestamp: String(rows.rowtime[from + i]) }
      })
      from += ends.length
    }
  }

  /** The row at `from` and as many behind it as one request takes. @returns where the value of each ends */
  #write(writers: readonly FieldWriter[], from: number, to: number): number[] {
    const sink = this.#sink
    const ends: number[] = []
    sink.reset()
    for (let row = from; row < to && sink.length < REQUEST_BYTES; row++) {
      sink.byte(0)
      sink.bigEndian32(this.#schemaId)
      for (const write of writers) write(row)
      ends.push(sink.length)
    }
    return ends
  }

  /** In the order of the fields. Neighbours of one kind are written by one function: a call a field would take as long as the writing. */
  #writers(columns: ReadonlyMap<string, Column>): FieldWriter[] {
    const sink = this.#sink
    const writers: FieldWriter[] = []
    let absent = 0
    let doubles: Float64Array[] = []
    const endRun = (): void => {
      if (absent > 0) writers.push(absentWriter(sink, absent))
      if (doubles.length > 0) writers.push(doublesWriter(sink, doubles))
      absent = 0
      doubles = []
    }
    for (const field of readingFields) {
      const column = columns.get(field.name)
      const isOptional = Array.isArray(field.avro)
      const isAbsent = isOptional && column === undefined
      const plain = isOptional && field.avro[1] === 'double' ? plainDoubles(column) : null
      if (isAbsent ? doubles.length > 0 : plain === null || absent > 0) endRun()
      if (isAbsent) absent++
      else if (plain !== null) doubles.push(plain)
      else writers.push(this.#writer(field, column ?? NO_COLUMN))
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

/** The data of a column that has a double in every row. */
function plainDoubles(column: Column | undefined): Float64Array | null {
  return column?.nulls === null && column.data instanceof Float64Array ? column.data : null
}

/** NULL in so many fields. */
function absentWriter(sink: AvroSink, fields: number): FieldWriter {
  const nulls = new Uint8Array(fields)
  return () => sink.raw(nulls)
}

function doublesWriter(sink: AvroSink, columns: readonly Float64Array[]): FieldWriter {
  return (row) => {
    for (const column of columns) sink.presentDouble(column[row])
  }
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
