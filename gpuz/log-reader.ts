import type { ReadingBatch } from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { decodeText, detectEncoding, type Encoding, SNIFF_BYTES, Utf16Transcoder, utf16Units } from './encoding.ts'
import { type LogHeader, parseHeader, sameColumns } from './header.ts'
import { headerFromRow } from './headerless.ts'
import { NotALogError, printable } from './not-a-log.ts'
import { compileKernel, type RecordKernel } from './record-kernel.ts'
import { layoutOf, mergeLayouts, type RecordLayout } from './record-layout.ts'
import { RecordScanner, type RejectReason } from './record-scanner.ts'
import {
  emptyReport,
  LISTED,
  LISTED_REJECTS,
  type LogReport,
  type RejectedLine,
  type Session,
  sensorReport,
} from './report.ts'
import { StampSequence, type StampSequenceState } from './stamp-sequence.ts'
import type { DateOrder } from './stamp-text.ts'
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
  /** UTC of the last row as its clock read it. */
  readonly previous: number | null
  readonly previousStep: number
  readonly stamps: StampSequenceState
  readonly report: LogReport
}

/** The longest seen is 700 bytes. Longer lines are rejected, so that a file without line ends does not fill the memory. */
const MAX_RECORD = 65_536
/** Lines of which none is a header or a row, after which a file is given up. */
const PATIENCE = 1_000
/** Records that a layout may be learned from, per header: a log without a fixed layout would have one compiled for every row. */
const LESSONS = 32
/** GPU-Z samples every 0.1 to 10 s. A gap is longer than that and than five of the steps before it. */
const SLOWEST_SAMPLING = 10_000
const LF = 0x0a
const CR = 0x0d

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
  #stamps = new StampSequence()
  /** Bytes of the source handed in so far. */
  #received = 0
  /** Start of the source, until the encoding is known. */
  #head: Uint8Array | null = new Uint8Array(0)
  #transcoder: Utf16Transcoder | null = null
  /** Start of a record whose end has not come yet. */
  #pending: Uint8Array = new Uint8Array(0)
  /** Source bytes of an overlong record that were not kept in `#pending`. */
  #dropped = 0
  #line = 1
  #header: LogHeader | null = null
  #scanner: RecordScanner | null = null
  #builder: BatchBuilder | null = null
  #session: Session | null = null
  #wanted: boolean[] = []
  #layout: RecordLayout | null = null
  #kernel: RecordKernel | null = null
  #lessons = 0
  #previousStep = 1_000
  #firstBytes: Uint8Array | null = null
  #ended = false
  #out: ReadingBatch[] = []

  /** @throws UnknownZoneError */
  constructor(options: LogReaderOptions, report: LogReport = emptyReport()) {
    this.#options = options
    this.#clock = new WallClock(new Zone(options.timezone))
    this.report = report
  }

  /**
   * Takes the next bytes and returns the rows that they complete.
   * @throws NotALogError after many lines of which none is a header or a row
   */
  push(chunk: Uint8Array): ReadingBatch[] {
    if (this.#ended)
      throw new Error('LogReader.push after end: make a new reader, or restore one from a snapshot, to read on')
    this.#received += chunk.length
    if (this.#head === null) this.#feed(chunk)
    else {
      this.#head = Buffer.concat([this.#head, chunk])
      if (this.#head.length >= SNIFF_BYTES) this.#start(this.#head)
    }
    return this.#drain()
  }

  /**
   * Ends the source: a last line without its line end is a row if no field of it is missing.
   * @throws NotALogError if there was neither a header nor a row
   */
  end(): ReadingBatch[] {
    if (this.#ended) return []
    if (this.#head !== null) this.#start(this.#head)
    if (this.#transcoder !== null) this.#feedText(this.#transcoder.end())
    this.#ended = true
    if (this.#pending.length > 0) this.#record(this.#pending, 0, this.#pending.length, true)
    this.#pending = new Uint8Array(0)
    if (this.report.headers === 0 && this.report.rows === 0) throw this.#notALog()
    return this.#drain()
  }

  /** Where the reader stands. What is pending is not in it: it will be read again from `offset`. */
  snapshot(): LogReaderState {
    const utf16 = this.#transcoder !== null
    const pending = utf16 ? 2 * utf16Units(this.#pending) : this.#pending.length
    const held = (this.#head?.length ?? 0) + (this.#transcoder?.carried ?? 0) + pending + this.#dropped
    return structuredClone({
      version: 1,
      offset: this.#received - held,
      encoding: this.#head === null ? this.report.encoding : null,
      header: this.#header,
      line: this.#line,
      dateOrder: this.#scanner?.dateOrder ?? null,
      previous: Number.isNaN(this.#clock.previous) ? null : this.#clock.previous,
      previousStep: this.#previousStep,
      stamps: this.#stamps.snapshot(),
      report: this.report,
    })
  }

  /** A reader that goes on where another stood; its source must be handed in from `state.offset` on. */
  static restore(state: LogReaderState, options: LogReaderOptions): LogReader {
    const reader = new LogReader(options, structuredClone(state.report))
    reader.#received = state.offset
    if (state.encoding !== null) {
      reader.#head = null
      reader.#setEncoding(state.encoding)
    }
    reader.#line = state.line
    reader.#clock.previous = state.previous ?? Number.NaN
    reader.#previousStep = state.previousStep
    reader.#stamps = StampSequence.restore(state.stamps)
    if (state.header !== null) {
      reader.#useHeader(state.header)
      if (reader.#scanner !== null) reader.#scanner.dateOrder = state.dateOrder
      reader.#session = reader.report.sessionCount > LISTED ? null : (reader.report.sessions.at(-1) ?? null)
    }
    return reader
  }

  #start(head: Uint8Array): void {
    const { encoding, bom } = detectEncoding(head)
    this.#head = null
    this.report.bom = bom > 0
    this.#firstBytes = Uint8Array.from(head.subarray(0, SNIFF_BYTES))
    this.#setEncoding(encoding)
    this.#feed(head.subarray(bom))
  }

  #setEncoding(encoding: Encoding): void {
    this.report.encoding = encoding
    if (encoding === 'utf-16le' || encoding === 'utf-16be') this.#transcoder = new Utf16Transcoder(encoding)
  }

  #feed(chunk: Uint8Array): void {
    this.#feedText(this.#transcoder === null ? chunk : this.#transcoder.push(chunk))
  }

  #feedText(chunk: Uint8Array): void {
    let from = 0
    if (this.#pending.length > 0) {
      from = Math.min(indexOr(chunk, LF, 0, chunk.length), indexOr(chunk, 0, 0, chunk.length)) + 1
      if (from > chunk.length) {
        this.#hold(chunk)
        return
      }
      const bridged = Buffer.concat([this.#pending, chunk.subarray(0, from)])
      this.#pending = new Uint8Array(0)
      this.#dropped = 0
      this.#read(bridged)
    }
    const rest = from === 0 ? chunk : chunk.subarray(from)
    const done = this.#read(rest)
    if (done < rest.length) this.#hold(rest.subarray(done))
  }

  #hold(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#pending, bytes])
    this.#pending = all.subarray(0, MAX_RECORD + 1)
    const beyond = all.subarray(MAX_RECORD + 1)
    this.#dropped += this.#transcoder === null ? beyond.length : 2 * utf16Units(beyond)
  }

  /** Reads all complete records; returns where the first incomplete one starts. */
  #read(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const end = bytes.length
    let nul = -1
    let p = 0
    while (p < end) {
      if (bytes[p] === 0) {
        p++
        continue
      }
      const read = this.#readFast(view, p, end)
      if (read > 0) {
        p += read
        continue
      }
      // Nearly no chunk has a NUL, so its search runs to the end of the chunk once.
      if (nul < p) nul = indexOr(bytes, 0, p, end)
      const stop = Math.min(nul, indexOr(bytes, LF, p, end))
      if (stop === end) break
      this.#record(bytes, p, stop, false)
      if (bytes[stop] === LF) this.#line++
      p = stop + 1
    }
    this.report.lines = this.#line - 1
    return p
  }

  #readFast(view: DataView, from: number, end: number): number {
    if (this.#kernel === null || this.#layout === null || this.#builder === null) return 0
    if (end - from < this.#layout.length) return 0
    this.#makeRoom(end - from)
    const { columns, ts, count, capacity } = this.#builder
    const rows = this.#kernel(view, from, end, columns, ts, count, capacity, this.#clock)
    if (rows === 0) return 0
    this.#accept(this.#builder, rows)
    this.#line += rows
    return rows * this.#layout.length
  }

  /** One record by the general path: header, row, or neither. */
  #record(bytes: Uint8Array, start: number, stop: number, unfinished: boolean): void {
    let end = stop
    if (end > start && bytes[end - 1] === CR) end--
    if (!unfinished && bytes[stop] === LF) this.#noteLineEnd(end < stop ? 'CRLF' : 'LF')
    let first = start
    while (first < end && bytes[first] <= 0x20) first++
    if (first === end) return
    const reject = (reason: RejectReason, detail: string): void => this.#reject(reason, detail, bytes, start, end)
    if (end - start > MAX_RECORD) reject('too-long', `a line of more than ${MAX_RECORD} bytes`)
    else if (!this.#tryHeader(bytes.subarray(start, end), bytes[first])) {
      if (this.#header !== null || this.#tryHeaderless(bytes.subarray(start, end)))
        this.#row(bytes, start, end, stop, unfinished)
      else reject('no-date', 'neither a header, which starts with Date, nor a row, which starts with a date')
    }
  }

  #tryHeader(record: Uint8Array, first: number): boolean {
    if (!mayBeHeader(first)) return false
    const { text, encoding } = decodeText(record)
    const header = parseHeader(text)
    if (header === null) return false
    const { report } = this
    if (report.encoding === 'ascii' || (report.encoding === 'utf-8' && encoding === 'windows'))
      report.encoding = encoding
    this.#startSession(header)
    return true
  }

  #tryHeaderless(record: Uint8Array): boolean {
    const header = headerFromRow(decodeText(record).text)
    if (header === null) return false
    this.report.headerless = true
    this.#startSession(header)
    return true
  }

  #row(bytes: Uint8Array, start: number, end: number, stop: number, unfinished: boolean): void {
    const scanner = this.#scanner
    const builder = this.#builder
    if (scanner === null || builder === null || this.#header === null) return
    this.#makeRoom(bytes.length - start)
    const utc = scanner.scan(bytes, start, end, builder.columns, builder.count)
    if (unfinished && (Number.isNaN(utc) || (this.#header.trailing && !scanner.closed))) {
      this.#reject('unfinished', 'the file ends within this line', bytes, start, end)
      return
    }
    if (Number.isNaN(utc)) {
      this.#reject(scanner.reason, scanner.detail, bytes, start, end)
      return
    }
    builder.ts[builder.count] = utc
    this.#accept(builder, 1)
    for (const { column, text } of scanner.unreadable) {
      const entry = sensorReport(this.report, this.#header.columns[column])
      entry.unreadable++
      entry.missing--
      entry.firstUnreadable ??= printable(text.slice(0, 40))
    }
    if (!unfinished && bytes[stop] === LF) this.#learn(bytes.subarray(start, stop + 1))
  }

  /** The last rows of the builder are in: tells equal stamps apart and notes gaps. `#line` is the line of the first of them. */
  #accept(builder: BatchBuilder, rows: number): void {
    const { report } = this
    const { ts, count } = builder
    const end = count + rows
    let previous = this.#clock.previous
    for (let i = count; i < end; i++) {
      const raw = ts[i]
      const step = raw - previous
      if (step > SLOWEST_SAMPLING) this.#noteGap(previous, raw, i - count)
      else if (step <= 0) {
        if (step === 0) report.equalStamps++
        else report.stepsBack++
      }
      if (step > 0) this.#previousStep = step
      previous = raw
      const stamp = this.#stamps.next(raw)
      ts[i] = stamp
      if (report.firstTs === null || stamp < report.firstTs) report.firstTs = stamp
      if (report.lastTs === null || stamp > report.lastTs) report.lastTs = stamp
    }
    this.#clock.previous = previous
    const session = this.#session
    if (session !== null) {
      session.firstTs ??= ts[count]
      session.lastTs = ts[end - 1]
      session.rows += rows
    }
    builder.count = end
    report.rows += rows
  }

  #noteGap(from: number, to: number, rowsOn: number): void {
    if (to - from <= 5 * Math.min(this.#previousStep, SLOWEST_SAMPLING)) return
    this.report.gapCount++
    if (this.report.gaps.length >= LISTED) return
    const atHeader = rowsOn === 0 && this.#session?.rows === 0
    this.report.gaps.push({ line: this.#line + rowsOn, fromTs: from, toTs: to, atHeader })
  }

  #startSession(header: LogHeader): void {
    const { report } = this
    if (header.text !== null) report.headers++
    this.#lessons = 0
    this.#session = { line: this.#line, rows: 0, firstTs: null, lastTs: null }
    report.sessionCount++
    if (report.sessions.length < LISTED) report.sessions.push(this.#session)
    if (this.#header !== null && sameColumns(this.#header, header)) return
    if (this.#header !== null) report.columnChanges++
    this.#flush()
    this.#useHeader(header)
  }

  #useHeader(header: LogHeader): void {
    const { fields, statistics = false } = this.#options
    const { report } = this
    const dateOrder = this.#scanner?.dateOrder ?? null
    this.#header = header
    report.separator = header.separator
    report.columns = header.columns
    this.#wanted = header.columns.map(({ name, known }) => fields === undefined || fields.has(known ? name : 'other'))
    this.#scanner = new RecordScanner(header, this.#clock)
    this.#scanner.dateOrder = dateOrder
    this.#builder = new BatchBuilder(header.columns, this.#wanted, report, statistics)
    this.#layout = null
    this.#kernel = null
  }

  /** Learns the layout from a record that the kernel could not read. */
  #learn(record: Uint8Array): void {
    if (
      this.#options.fastPath === false ||
      this.#header === null ||
      this.#header.separator !== ',' ||
      this.#lessons >= LESSONS
    )
      return
    this.#lessons++
    const seen = layoutOf(record, this.#header.columns.length)
    const merged = seen !== null && this.#layout !== null ? mergeLayouts(this.#layout, seen) : null
    const layout = merged ?? seen
    const news = layout?.fields.some(
      (field, i) => field.decimals !== (merged === null ? undefined : this.#layout?.fields[i].decimals),
    )
    if (layout === null || news !== true) return
    this.#layout = layout
    this.#kernel = compileKernel(layout, this.#wanted)
  }

  #makeRoom(bytesLeft: number): void {
    const builder = this.#builder
    if (builder === null || builder.count < builder.capacity) return
    this.#flush()
    const shortest = this.#layout?.length ?? 20 + 2 * builder.columns.length
    builder.begin(Math.min(this.#options.batchRows ?? 4096, Math.ceil(bytesLeft / shortest) + 1))
  }

  #flush(): void {
    const builder = this.#builder
    if (builder !== null && builder.count > 0) this.#out.push(builder.finish(this.report.rows - builder.count))
  }

  #drain(): ReadingBatch[] {
    this.#flush()
    const out = this.#out
    this.#out = []
    return out
  }

  #noteLineEnd(lineEnd: 'LF' | 'CRLF'): void {
    const { report } = this
    if (report.lineEnd === null) report.lineEnd = lineEnd
    else if (report.lineEnd !== lineEnd) report.lineEnd = 'mixed'
  }

  #reject(reason: RejectReason, detail: string, bytes: Uint8Array, start: number, end: number): void {
    const { report } = this
    const firstBytes = printable(Buffer.from(bytes.subarray(start, Math.min(end, start + 60))).toString('latin1'))
    const line = { reason, detail, line: this.#line, firstBytes }
    report.rejected++
    report.rejects[reason] = (report.rejects[reason] ?? 0) + 1
    if (report.firstRejects.length < LISTED_REJECTS) report.firstRejects.push(line)
    this.#options.onReject?.(line)
    if (report.rejected >= PATIENCE && report.headers === 0 && report.rows === 0) throw this.#notALog()
  }

  #notALog(): NotALogError {
    return new NotALogError(this.#options.source ?? 'The input', this.#firstBytes ?? new Uint8Array(0))
  }
}

function mayBeHeader(byte: number): boolean {
  return byte === 0x44 || byte === 0x64 || byte === 0x22 || byte >= 0x80
}

// A record ends at a line end or at a NUL, where another program cut the file under GPU-Z (FORMAT.md, hazard 9).
function indexOr(bytes: Uint8Array, byte: number, from: number, absent: number): number {
  const at = bytes.indexOf(byte, from)
  return at < 0 ? absent : at
}
