import { TextDecoder } from 'node:util'

/** How the text of a log is stored. `windows` is any code page of one or two bytes a character: only the degree sign in the header differs. */
export type Encoding = 'ascii' | 'windows' | 'utf-8' | 'utf-16le' | 'utf-16be'

/** Bytes needed to tell the encoding; shorter files are told when they end. */
export const SNIFF_BYTES = 64

/** Encoding of a file and the length of its byte order mark. Between the encodings of single bytes the header decides later. */
export function detectEncoding(head: Uint8Array): { encoding: Encoding; bom: number } {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bom: 3 }
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bom: 2 }
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bom: 2 }
  const zeros = [0, 0]
  const length = Math.min(head.length, SNIFF_BYTES) & ~1
  for (let i = 0; i < length; i++) if (head[i] === 0) zeros[i & 1]++
  // Nearly all characters of a log are ASCII, so UTF-16 without a mark has a zero in nearly every second byte. A run of NULs has them in both.
  const most = (length / 2) * 0.9
  if (length > 0 && zeros[0] === 0 && zeros[1] >= most) return { encoding: 'utf-16le', bom: 0 }
  if (length > 0 && zeros[1] === 0 && zeros[0] >= most) return { encoding: 'utf-16be', bom: 0 }
  return { encoding: 'ascii', bom: 0 }
}

/** UTF-16 to UTF-8 over any cut of the byte stream. */
export class Utf16Transcoder {
  readonly #decoder: TextDecoder
  readonly #highByte: 0 | 1
  #carry: Uint8Array = new Uint8Array(0)

  constructor(encoding: 'utf-16le' | 'utf-16be') {
    this.#decoder = new TextDecoder(encoding, { ignoreBOM: true })
    this.#highByte = encoding === 'utf-16be' ? 0 : 1
  }

  /** Bytes held back because a character is not complete. */
  get carried(): number {
    return this.#carry.length
  }

  push(chunk: Uint8Array): Uint8Array {
    const bytes = this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk])
    let end = bytes.length & ~1
    if (end >= 2 && (bytes[end - 2 + this.#highByte] & 0xfc) === 0xd8) end -= 2
    // A copy: the caller may use the chunk's memory again.
    this.#carry = Uint8Array.from(bytes.subarray(end))
    return Buffer.from(this.#decoder.decode(bytes.subarray(0, end)), 'utf8')
  }

  /** What is left at the end of the file: half a character at most. */
  end(): Uint8Array {
    const rest = this.#carry
    this.#carry = new Uint8Array(0)
    return Buffer.from(this.#decoder.decode(rest), 'utf8')
  }
}

/** Number of UTF-16 units that UTF-8 text stands for. */
export function utf16Units(utf8: Uint8Array): number {
  let units = 0
  for (const byte of utf8) if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1
  return units
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
// In Node 'latin1' is taken for windows-1252, where 0xB0 is the degree sign as well.
const windows1252 = new TextDecoder('windows-1252')

/** Text of a header. Bytes that are no UTF-8 are read as Windows-1252: whatever else they were meant to be, only the degree sign differs. */
export function decodeText(bytes: Uint8Array): { text: string; encoding: 'ascii' | 'utf-8' | 'windows' } {
  if (bytes.every((byte) => byte < 0x80)) return { text: Buffer.from(bytes).toString('latin1'), encoding: 'ascii' }
  try {
    return { text: strictUtf8.decode(bytes), encoding: 'utf-8' }
  } catch {
    return { text: windows1252.decode(bytes), encoding: 'windows' }
  }
}
