import { detectEncoding, type Encoding, SNIFF_BYTES, Utf16Transcoder, utf16Units } from './encoding.ts'

/** The longest record seen is 700 bytes. Longer ones are not kept whole, so that a file without line ends does not fill the memory. */
export const MAX_RECORD = 65_536

const LF = 0x0a

/** Reads the complete records at the start of `bytes` and returns where the first incomplete one starts. */
export type ReadRecords = (bytes: Uint8Array) => number

/**
 * From the bytes of a source to text of one byte a character in stretches that start with a record: tells the encoding, turns UTF-16 into UTF-8, and
 * keeps the start of a record until its end has come. Records end at a line end or at a NUL, where another program cut the file under GPU-Z
 * (FORMAT.md, hazard 9).
 */
export class RecordStream {
  encoding: Encoding | null = null
  bom = false
  /** First bytes of the source, to tell what it is when it is no log. */
  firstBytes: Uint8Array = new Uint8Array(0)
  readonly #read: ReadRecords
  /** Bytes of the source handed in so far. */
  #received = 0
  /** Start of the source, until the encoding is known. */
  #head: Uint8Array | null = new Uint8Array(0)
  #transcoder: Utf16Transcoder | null = null
  #pending: Uint8Array = new Uint8Array(0)
  /** Source bytes of an overlong record that were not kept in `#pending`. */
  #dropped = 0

  constructor(read: ReadRecords) {
    this.#read = read
  }

  /** A stream that goes on behind `offset` bytes of a source. */
  static from(offset: number, encoding: Encoding | null, bom: boolean, read: ReadRecords): RecordStream {
    const stream = new RecordStream(read)
    stream.#received = offset
    if (encoding !== null) {
      stream.#head = null
      stream.bom = bom
      stream.#setEncoding(encoding)
    }
    return stream
  }

  /** Bytes of the source whose records have been read. */
  get offset(): number {
    const pending = this.#transcoder === null ? this.#pending.length : 2 * utf16Units(this.#pending)
    return this.#received - (this.#head?.length ?? 0) - (this.#transcoder?.carried ?? 0) - pending - this.#dropped
  }

  push(chunk: Uint8Array): void {
    this.#received += chunk.length
    if (this.#head === null) this.#decode(chunk)
    else {
      this.#head = Buffer.concat([this.#head, chunk])
      if (this.#head.length >= SNIFF_BYTES) this.#start(this.#head)
    }
  }

  /** Ends the source; returns the record whose end has not come, empty if there is none. */
  end(): Uint8Array {
    if (this.#head !== null) this.#start(this.#head)
    if (this.#transcoder !== null) this.#feed(this.#transcoder.end())
    const rest = this.#pending
    this.#pending = new Uint8Array(0)
    return rest
  }

  #start(head: Uint8Array): void {
    const { encoding, bom } = detectEncoding(head)
    this.#head = null
    this.firstBytes = Uint8Array.from(head.subarray(0, SNIFF_BYTES))
    this.bom = bom > 0
    this.#setEncoding(encoding)
    this.#decode(head.subarray(bom))
  }

  #setEncoding(encoding: Encoding): void {
    this.encoding = encoding
    if (encoding === 'utf-16le' || encoding === 'utf-16be') this.#transcoder = new Utf16Transcoder(encoding)
  }

  #decode(chunk: Uint8Array): void {
    this.#feed(this.#transcoder === null ? chunk : this.#transcoder.push(chunk))
  }

  /** A record that lies across two chunks is copied; the rest of a chunk is read where it is. */
  #feed(chunk: Uint8Array): void {
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
    const rest = chunk.subarray(from)
    const done = this.#read(rest)
    if (done < rest.length) this.#hold(rest.subarray(done))
  }

  /** Keeps a copy of what may become a record, and of an overlong one as much as shows that it is. */
  #hold(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#pending, bytes])
    this.#pending = all.subarray(0, MAX_RECORD + 1)
    const beyond = all.subarray(MAX_RECORD + 1)
    this.#dropped += this.#transcoder === null ? beyond.length : 2 * utf16Units(beyond)
  }
}

/** Finds the ends of records; for each `bytes` make a new one. */
export class RecordEnds {
  readonly #bytes: Uint8Array
  #nul = -1

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Where the record that starts at `from` ends, or -1. */
  next(from: number): number {
    const end = this.#bytes.length
    // Nearly no chunk has a NUL, so the search for one is not repeated.
    if (this.#nul < from) this.#nul = indexOr(this.#bytes, 0, from, end)
    const at = Math.min(this.#nul, indexOr(this.#bytes, LF, from, end))
    return at === end ? -1 : at
  }
}

function indexOr(bytes: Uint8Array, byte: number, from: number, absent: number): number {
  const at = bytes.indexOf(byte, from)
  return at < 0 ? absent : at
}
