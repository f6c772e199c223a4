import type { ReadingBatch } from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { decodeText, type Encoding } from './encoding.ts'
import { FastPath } from './fast-path.ts'
import { type LogHeader, parseHeader, sameColumns } from './header.ts'
import { headerFromRow } from './headerless.ts'
import { NotALogError, printable } from './not-a-log.ts'
import { RecordScanner, type RejectReason } from './record-scanner.ts'
import { MAX_RECORD, RecordEnds, RecordStream } from './record-stream.ts'
import { emptyReport, LISTED_REJECTS, type LogReport, type RejectedLine, sensorReport } from './report.ts'
import type { DateOrder } from './stamp-text.ts'
import { Timeline, type TimelineState } from './timeline.ts'
import { WallClock } from './wall-clock.ts'
import { Zone } from './zone.ts'

export type { LogReport, RejectedLine } from './report.ts'

export interface LogReaderOptions {
  /** IANA name of the zone that the logging machine's clock showed. */
  readonly timezone: string
  /** Canonical fields to read, and `other` for the headers that the catalogue does not know; all if absent. */
  readonly fields?: ReadonlySet<string>
  /** Most rows in a batch; 4096 if absent. */
  readonly batchRows?: number
  /** What is read, for messages. */
  readonly source?: string
  /** Whether the report has least and greatest readings. */
  readonly statistics?: boolean
  /** Called for every line that did not become a row; the report lists only the first. */
  readonly onReject?: (line: RejectedLine) => void
  /** False reads everything by the general scanner: slower, same rows. */
  readonly fastPath?: boolean
}

/** Where a reader stands, at the end of a record; plain JSON. */
export interface LogReaderState {
  readonly version: 1
  /** Bytes of the source that are done with: reading goes on from there. */
  readonly offset: number
  readonly encoding: Encoding | null
  readonly header: LogHeader | null
  readonly line: number
  readonly dateOrder: DateOrder | null
  readonly timeline: TimelineState
  readonly report: LogReport
}

/** Lines of which none is a header or a row, after which a file is given up. */
const PATIENCE = 1_000
const LF = 0x0a
const CR = 0x0d

/** What the rows of one header are read with. */
interface Reading {
  readonly header: LogHeader
  readonly scanner: RecordScanner
  readonly builder: BatchBuilder
  readonly fast: FastPath
}

/**
 * Reads a GPU-Z sensor log from a stream of bytes: the same rows whatever the cut of the stream.
 *
 * Records of a fixed layout go through code compiled for it, any other through the general scanner; both give the same rows.
 * `push` returns all rows that are complete, so throughput wants chunks of a megabyte, and a live tail gets each row at once.
 */
export class LogReader {
  readonly report: LogReport
  readonly #options: LogReaderOptions
  readonly #clock: WallClock
  #stream: RecordStream
  #timeline: Timeline
  #line = 1
  #reading: Reading | null = null
  #ended = false
  /** Bytes of the chunk that is being read: the record that began in the chunk before must not become a batch of one row. */
  #pushed = 0
  #out: ReadingBatch[] = []

  /** @throws UnknownZoneError */
  constructor(options: LogReaderOptions) {
    this.#options = options
    this.report = emptyReport()
    this.#clock = new WallClock(new Zone(options.timezone))
    this.#timeline = new Timeline(this.report, this.#clock)
    this.#stream = new RecordStream((bytes) => this.#read(bytes))
  }

  /**
   * Takes the next bytes and returns the rows that they complete. The chunk is not kept.
   * @throws NotALogError after many lines of which none is a header or a row
   */
  push(chunk: Uint8Array): ReadingBatch[] {
    if (this.#ended) throw new Error('LogReader.push after end: make a new reader, or restore one from a snapshot')
    this.#pushed = chunk.length
    this.#stream.push(chunk)
    return this.#drain()
  }

  /**
   * Ends the source: a last line without its line end is a row if no field of it is missing.
   * @throws NotALogError if there was neither a header nor a row
   */
  end(): ReadingBatch[] {
    if (this.#ended) return []
    this.#ended = true
    const rest = this.#stream.end()
    if (rest.length > 0) this.#record(rest, 0, rest.length, true)
    if (this.report.headers === 0 && this.report.rows === 0) throw this.#notALog()
    return this.#drain()
  }

  /** Where the reader stands. A record whose end has not come is not in it: it will be read again from `offset`. */
  snapshot(): LogReaderState {
    return structuredClone({
      version: 1,
      offset: this.#stream.offset,
      encoding: this.#stream.encoding,
      header: this.#reading?.header ?? null,
      line: this.#line,
      dateOrder: this.#reading?.scanner.dateOrder ?? null,
      timeline: this.#timeline.snapshot(),
      report: this.report,
    })
  }

  /** A reader that goes on where another stood; its source must be handed in from `state.offset` on. */
  static restore(state: LogReaderState, options: LogReaderOptions): LogReader {
    const reader = new LogReader(options)
    const { report } = reader
    Object.assign(report, structuredClone(state.report))
    reader.#stream = RecordStream.from(state.offset, state.encoding, report.bom, (bytes) => reader.#read(bytes))
    reader.#timeline = Timeline.restore(state.timeline, report, reader.#clock)
    reader.#line = state.line
    if (state.header !== null) reader.#useHeader(state.header, state.dateOrder)
    return reader
  }

  /** Reads all complete records; returns where the first incomplete one starts. */
  #read(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const ends = new RecordEnds(bytes)
    let p = 0
    while (p < bytes.length) {
      if (bytes[p] === 0) {
        p++
        continue
      }
      const read = this.#readFast(view, p)
      if (read > 0) {
        p += read
        continue
      }
      const stop = ends.next(p)
      if (stop < 0) break
      this.#record(bytes, p, stop, false)
      if (bytes[stop] === LF) this.#line++
      p = stop + 1
    }
    this.report.lines = this.#line - 1
    return p
  }

  /** As many records as the compiled code can read; returns their bytes. */
  #readFast(view: DataView, from: number): number {
    if (this.#reading === null) return 0
    const { fast, builder } = this.#reading
    if (fast.kernel === null || fast.layout === null || view.byteLength - from < fast.layout.length) return 0
    this.#makeRoom(this.#reading, view.byteLength - from)
    const { columns, ts, count, capacity } = builder
    const rows = fast.kernel(view, from, view.byteLength, columns, ts, count, capacity, this.#clock)
    if (rows === 0) return 0
    this.#timeline.accept(ts, count, count + rows, this.#line)
    builder.count += rows
    this.#line += rows
    return rows * fast.layout.length
  }

  /** One record by the general path: header, row, or neither. */
  #record(bytes: Uint8Array, start: number, stop: number, unfinished: boolean): void {
    let end = stop
    if (end > start && bytes[end - 1] === CR) end--
    if (!unfinished && bytes[stop] === LF) this.#noteLineEnd(end < stop ? 'CRLF' : 'LF')
    let first = start
    while (first < end && bytes[first] <= 0x20) first++
    if (first === end) return
    const record = bytes.subarray(start, end)
    if (record.length > MAX_RECORD) this.#reject(record, 'too-long', `a line of more than ${MAX_RECORD} bytes`)
    else if (!this.#tryHeader(record, bytes[first])) {
      const reading = this.#reading ?? this.#tryHeaderless(record)
      if (reading !== null) this.#row(reading, bytes, start, end, stop, unfinished)
      else
        this.#reject(record, 'no-date', 'neither a header, which starts with Date, nor a row, which starts with a date')
    }
  }

  #tryHeader(record: Uint8Array, first: number): boolean {
    if (!mayBeHeader(first)) return false
    const { text, encoding } = decodeText(record)
    const header = parseHeader(text)
    if (header === null) return false
    const { report } = this
    const known = this.#encoding()
    if (known === 'ascii' || (known === 'utf-8' && encoding === 'windows')) report.encoding = encoding
    report.headers++
    this.#startSession(header)
    return true
  }

  #tryHeaderless(record: Uint8Array): Reading | null {
    const header = headerFromRow(decodeText(record).text)
    if (header === null) return null
    this.#encoding()
    this.report.headerless = true
    return this.#startSession(header)
  }

  #row(reading: Reading, bytes: Uint8Array, start: number, end: number, stop: number, unfinished: boolean): void {
    const { header, scanner, builder, fast } = reading
    this.#makeRoom(reading, bytes.length - start)
    const utc = scanner.scan(bytes, start, end, builder.columns, builder.count)
    const record = bytes.subarray(start, end)
    if (unfinished && (Number.isNaN(utc) || (header.trailing && !scanner.closed))) {
      this.#reject(record, 'unfinished', 'the file ends within this line')
      return
    }
    if (Number.isNaN(utc)) {
      this.#reject(record, scanner.reason, scanner.detail)
      return
    }
    builder.ts[builder.count] = utc
    this.#timeline.accept(builder.ts, builder.count, builder.count + 1, this.#line)
    builder.count++
    for (const { column, text } of scanner.unreadable) {
      const entry = sensorReport(this.report, header.columns[column])
      entry.unreadable++
      entry.missing--
      entry.firstUnreadable ??= printable(text.slice(0, 40))
    }
    const taught = this.#options.fastPath !== false && header.separator === ',' && !unfinished && bytes[stop] === LF
    if (taught) fast.learn(bytes.subarray(start, stop + 1))
  }

  #startSession(header: LogHeader): Reading {
    this.#timeline.startSession(this.#line)
    this.#reading?.fast.startSession()
    if (this.#reading !== null && sameColumns(this.#reading.header, header)) return this.#reading
    if (this.#reading !== null) this.report.columnChanges++
    this.#flush()
    return this.#useHeader(header, this.#reading?.scanner.dateOrder ?? null)
  }

  #useHeader(header: LogHeader, dateOrder: DateOrder | null): Reading {
    const { fields, statistics = false } = this.#options
    const wanted = header.columns.map(({ name, known }) => fields === undefined || fields.has(known ? name : 'other'))
    const scanner = new RecordScanner(header, this.#clock)
    scanner.dateOrder = dateOrder
    const builder = new BatchBuilder(header.columns, wanted, this.report, statistics)
    this.report.separator = header.separator
    this.report.columns = header.columns
    this.#reading = { header, scanner, builder, fast: new FastPath(wanted) }
    return this.#reading
  }

  #makeRoom({ builder, fast }: Reading, bytesLeft: number): void {
    if (builder.count < builder.capacity) return
    this.#flush()
    const shortest = fast.layout?.length ?? 20 + 2 * builder.columns.length
    builder.begin(
      Math.min(this.#options.batchRows ?? 4096, Math.ceil(Math.max(bytesLeft, this.#pushed) / shortest) + 1),
    )
  }

  #flush(): void {
    const builder = this.#reading?.builder
    if (builder !== undefined && builder.count > 0) this.#out.push(builder.finish(this.report.rows - builder.count))
  }

  #drain(): ReadingBatch[] {
    this.#encoding()
    this.#flush()
    const out = this.#out
    this.#out = []
    return out
  }

  /** The report's encoding, which a header may have told more exactly than the stream can. */
  #encoding(): Encoding | null {
    this.report.bom = this.#stream.bom
    this.report.encoding ??= this.#stream.encoding
    return this.report.encoding
  }

  #noteLineEnd(lineEnd: 'LF' | 'CRLF'): void {
    const { report } = this
    if (report.lineEnd === null) report.lineEnd = lineEnd
    else if (report.lineEnd !== lineEnd) report.lineEnd = 'mixed'
  }

  #reject(record: Uint8Array, reason: RejectReason, detail: string): void {
    const { report } = this
    const firstBytes = printable(Buffer.from(record.subarray(0, 60)).toString('latin1'))
    const line = { reason, detail, line: this.#line, firstBytes }
    report.rejected++
    report.rejects[reason] = (report.rejects[reason] ?? 0) + 1
    if (report.firstRejects.length < LISTED_REJECTS) report.firstRejects.push(line)
    this.#options.onReject?.(line)
    if (report.rejected >= PATIENCE && report.headers === 0 && report.rows === 0) throw this.#notALog()
  }

  #notALog(): NotALogError {
    return new NotALogError(this.#options.source ?? 'The input', this.#stream.firstBytes)
  }
}

function mayBeHeader(byte: number): boolean {
  return byte === 0x44 || byte === 0x64 || byte === 0x22 || byte >= 0x80
}
