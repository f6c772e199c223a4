import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { crc32, createInflateRaw } from 'node:zlib'
import { readDirectory, type ZipEntry, ZipError } from './zip-directory.ts'

/** A log inside a .zip. */
export interface ZipMember {
  /** path inside the archive, `/` between folders */
  readonly name: string
  /** bytes when unpacked */
  readonly size: number
  /**
   * The unpacked bytes, streamed: memory does not grow with the log. Length and CRC-32 are checked at the end.
   * @throws ZipError when the member is damaged
   */
  open(): AsyncGenerator<Uint8Array, void, undefined>
}

export interface ZipContents {
  /** in the order of the archive */
  readonly logs: readonly ZipMember[]
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

const STORED = 0
const DEFLATED = 8
const LOG_NAME = /(?:\.(?:txt|log|csv)|(?:^|\/)[^./]+)$/i

/** Whether a file that begins with `head` is a .zip (also an empty one). */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6))
}

/** The same for a file that is open. */
export async function beginsAsZip(file: FileHandle): Promise<boolean> {
  const head = new Uint8Array(4)
  await file.read(head, 0, head.length, 0)
  return isZip(head)
}

/**
 * Lists what a .zip holds. Text files (.txt, .log, .csv, or no extension) are offered as logs, everything else is named with
 * the reason why not; whether a text file is a sensor log, its reader says.
 * @throws ZipError when the file is no .zip or is cut off
 */
export async function openZip(path: string): Promise<ZipContents> {
  const file = await open(path, 'r')
  try {
    const logs: ZipMember[] = []
    const skipped: { name: string; reason: string }[] = []
    for (const entry of await readDirectory(file, path)) {
      const reason = whyNoLog(entry)
      if (reason === null) logs.push({ name: entry.name, size: entry.size, open: () => unpack(path, entry) })
      else if (reason !== '') skipped.push({ name: entry.name, reason })
    }
    return { logs, skipped }
  } finally {
    await file.close()
  }
}

/** Null for a log, an empty string for what nobody asks about: folders and the shadows that macOS adds. */
function whyNoLog({ name, encrypted, method }: ZipEntry): string | null {
  if (name.endsWith('/') || name.startsWith('__MACOSX/')) return ''
  if (!LOG_NAME.test(name)) return 'not a text file (.txt, .log, .csv)'
  if (encrypted) return 'encrypted: unpack it with its password first'
  if (method !== STORED && method !== DEFLATED) return `packed by method ${method}: only stored and deflated are read`
  return null
}

async function* unpack(path: string, entry: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
  const place = `${path}: ${entry.name}`
  const start = await dataStart(path, entry, place)
  if (entry.packedSize > 0) {
    const packed = createReadStream(path, { start, end: start + entry.packedSize - 1 })
    const inflate = createInflateRaw()
    const bytes = entry.method === STORED ? packed : packed.on('error', (error) => inflate.destroy(error)).pipe(inflate)
    let size = 0
    let sum = 0
    try {
      for await (const chunk of bytes) {
        size += chunk.length
        sum = crc32(chunk, sum)
        yield chunk
      }
    } catch (error) {
      throw new ZipError(
        `${place}: damaged after ${size} bytes (${(error as Error).message}); copy or download the .zip again`,
      )
    } finally {
      packed.destroy()
      inflate.destroy()
    }
    check(place, entry, size, sum)
  } else check(place, entry, 0, 0)
}

function check(place: string, entry: ZipEntry, size: number, sum: number): void {
  if (size === entry.size && sum === entry.crc) return
  const what = size === entry.size ? 'its checksum does not match' : `${size} bytes instead of ${entry.size}`
  throw new ZipError(`${place}: damaged, ${what}; copy or download the .zip again`)
}

const LOCAL_HEADER = 30

/** The local header repeats name and extra field, with lengths of its own: only it tells where the data starts. */
async function dataStart(path: string, entry: ZipEntry, place: string): Promise<number> {
  const file: FileHandle = await open(path, 'r')
  try {
    const header = Buffer.alloc(LOCAL_HEADER)
    const { bytesRead } = await file.read(header, 0, LOCAL_HEADER, entry.headerAt)
    if (bytesRead < LOCAL_HEADER || header.readUInt32LE(0) !== 0x04034b50) {
      throw new ZipError(
        `${place}: no member at byte ${entry.headerAt}, where the directory says; copy or download the .zip again`,
      )
    }
    return entry.headerAt + LOCAL_HEADER + header.readUInt16LE(26) + header.readUInt16LE(28)
  } finally {
    await file.close()
  }
}
