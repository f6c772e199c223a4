/** Reads Avro's binary encoding from a buffer; throws RangeError where the bytes end too early. */
export class AvroCursor {
  private readonly view: DataView
  private readonly bytes: Uint8Array
  private at: number

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
  }

  byte(): number {
    return this.view.getUint8(this.at++)
  }

  /** A zigzag varint that fits 32 bits: int, lengths, branches. */
  int(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw new RangeError('an Avro int of more than five bytes')
  }

  long(): bigint {
    // Most longs have few bytes: stay with numbers as long as they hold them.
    let low = 0
    let factor = 1
    for (let i = 0; i < 7; i++) {
      const byte = this.byte()
      low += (byte & 0x7f) * factor
      if (byte < 0x80) return unzigzag(BigInt(low))
      factor *= 128
    }
    let value = BigInt(low)
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return unzigzag(BigInt.asUintN(64, value))
    }
    throw new RangeError('an Avro long of more than ten bytes')
  }

  float(): number {
    this.at += 4
    return this.view.getFloat32(this.at - 4, true)
  }

  double(): number {
    this.at += 8
    return this.view.getFloat64(this.at - 8, true)
  }

  /** A copy: the buffer may be used again. */
  fixed(size: number): Uint8Array {
    return this.slice(size).slice()
  }

  blob(): Uint8Array {
    return this.fixed(this.int())
  }

  string(): string {
    const part = this.slice(this.int())
    return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('utf8')
  }

  /** Reads the blocks of an array or a map. */
  blocks(item: () => void): void {
    for (let count = this.int(); count !== 0; count = this.int()) {
      if (count < 0) this.long()
      for (let i = Math.abs(count); i > 0; i--) item()
    }
  }

  private slice(size: number): Uint8Array {
    if (size < 0 || this.at + size > this.bytes.length) throw new RangeError('Avro data ends too early')
    this.at += size
    return this.bytes.subarray(this.at - size, this.at)
  }
}

function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n)
}

/** Writes Avro's binary encoding into a buffer that grows; used again and again. */
export class AvroSink {
  private bytes = new Uint8Array(1024)
  private view = new DataView(this.bytes.buffer)
  private at = 0

  reset(): void {
    this.at = 0
  }

  /** A copy of what was written since the reset. */
  take(): Uint8Array {
    return this.bytes.slice(0, this.at)
  }

  /** bytes written since the reset */
  get length(): number {
    return this.at
  }

  byte(value: number): void {
    this.room(1)
    this.bytes[this.at++] = value
  }

  bigEndian32(value: number): void {
    this.room(4)
    this.view.setInt32(this.at, value)
    this.at += 4
  }

  int(value: number): void {
    this.room(5)
    let rest = ((value << 1) ^ (value >> 31)) >>> 0
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.at++] = rest
  }

  long(value: bigint): void {
    this.room(10)
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    while (rest > 0x7fn) {
      this.bytes[this.at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    this.bytes[this.at++] = Number(rest)
  }

  /** A long given as a whole number of at most 2⁵²: ten times as fast as by bigint. */
  wholeNumber(value: number): void {
    this.room(10)
    let rest = value < 0 ? -2 * value - 1 : 2 * value
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.at++] = rest
  }

  float(value: number): void {
    this.room(4)
    this.view.setFloat32(this.at, value, true)
    this.at += 4
  }

  double(value: number): void {
    this.room(8)
    this.view.setFloat64(this.at, value, true)
    this.at += 8
  }

  /** Bytes of which those at `offsets` (from the first) are doubles: what stands at an index of each column. */
  rawWithDoubles(value: Uint8Array, offsets: readonly number[], columns: readonly Float64Array[], row: number): void {
    this.room(value.length)
    const { bytes, view, at } = this
    bytes.set(value, at)
    for (let i = 0; i < columns.length; i++) view.setFloat64(at + offsets[i], columns[i][row], true)
    this.at += value.length
  }

  raw(value: Uint8Array): void {
    this.room(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  blob(value: Uint8Array): void {
    this.int(value.length)
    this.raw(value)
  }

  string(value: string): void {
    this.blob(Buffer.from(value, 'utf8'))
  }

  private room(size: number): void {
    if (this.at + size <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + size))
    grown.set(this.bytes)
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }
}

/** Two's complement, big-endian, as few bytes as hold the sign: Avro's decimal. */
export function bigintToBytes(value: bigint): Uint8Array {
  let size = 1
  while (BigInt.asIntN(size * 8, value) !== value) size++
  const bytes = new Uint8Array(size)
  let rest = BigInt.asUintN(size * 8, value)
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

export function bytesToBigint(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
}
