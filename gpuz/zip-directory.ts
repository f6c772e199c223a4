import type { FileHandle } from 'node:fs/promises'

/** What is wrong with an archive, where, and what to do. */
export class ZipError extends Error {
  override readonly name = 'ZipError'
}

/** A member as the archive's central directory describes it. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly encrypted: boolean
  readonly crc: number
  readonly packedSize: number
  readonly size: number
  /** byte at which the member's local header begins */
  readonly headerAt: number
}

const END_SIGNATURE = 0x06054b50
const END_SIZE = 22
const END64_SIGNATURE = 0x06064b50
const LOCATOR64_SIGNATURE = 0x07064b50
const LOCATOR64_SIZE = 20
const ENTRY_SIGNATURE = 0x02014b50
const ENTRY_SIZE = 46
const MAX_COMMENT = 0xffff
const IN_ZIP64 = 0xffffffff

/**
 * Reads the central directory (APPNOTE.TXT 6.3.10, 4.3.12 to 4.3.16), at the end of the file, where every member's sizes
 * and checksum stand even when they were not known as it was packed.
 * @throws ZipError when there is none or it is cut off
 */
export async function readDirectory(file: FileHandle, path: string): Promise<ZipEntry[]> {
  const { size } = await file.stat()
  const tail = await readAt(file, Math.max(0, size - END_SIZE - MAX_COMMENT - LOCATOR64_SIZE), size)
  let end = tail.length - END_SIZE
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end--
  if (end < 0)
    throw new ZipError(`${path}: no directory at the end of the .zip, it is cut off; copy or download it again`)

  let count = tail.readUInt16LE(end + 10)
  let length = tail.readUInt32LE(end + 12)
  let start = tail.readUInt32LE(end + 16)
  const locator = end - LOCATOR64_SIZE
  if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR64_SIGNATURE) {
    const at = Number(tail.readBigUInt64LE(locator + 8))
    const end64 = await readAt(file, at, at + 56)
    if (end64.length < 56 || end64.readUInt32LE(0) !== END64_SIGNATURE) throw damaged(path, at)
    count = Number(end64.readBigUInt64LE(32))
    length = Number(end64.readBigUInt64LE(40))
    start = Number(end64.readBigUInt64LE(48))
  }
  const directory = await readAt(file, start, Math.min(size, start + length))
  const entries: ZipEntry[] = []
  for (let at = 0; entries.length < count; ) {
    if (at + ENTRY_SIZE > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE)
      throw damaged(path, start + at)
    const next =
      at +
      ENTRY_SIZE +
      directory.readUInt16LE(at + 28) +
      directory.readUInt16LE(at + 30) +
      directory.readUInt16LE(at + 32)
    if (next > directory.length) throw damaged(path, start + at)
    entries.push(entryAt(directory, at))
    at = next
  }
  return entries
}

function entryAt(directory: Buffer, at: number): ZipEntry {
  const flags = directory.readUInt16LE(at + 8)
  const nameEnd = at + ENTRY_SIZE + directory.readUInt16LE(at + 28)
  const sizes = [directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)]
  const wide = zip64Extra(directory.subarray(nameEnd, nameEnd + directory.readUInt16LE(at + 30)))
  // The extra field holds, in this order, only those of the three that did not fit.
  let taken = 0
  const [size, packedSize, headerAt] = sizes.map((value) => {
    if (value !== IN_ZIP64 || wide === null || taken + 8 > wide.length) return value
    taken += 8
    return Number(wide.readBigUInt64LE(taken - 8))
  })
  return {
    // Bit 11 says UTF-8. Without it the name is in some code page of the packing machine, and shown as Latin-1.
    name: directory.toString((flags & 0x800) !== 0 ? 'utf8' : 'latin1', at + ENTRY_SIZE, nameEnd).replaceAll('\\', '/'),
    method: directory.readUInt16LE(at + 10),
    encrypted: (flags & 1) !== 0,
    crc: directory.readUInt32LE(at + 16),
    packedSize,
    size,
    headerAt,
  }
}

function zip64Extra(extra: Buffer): Buffer | null {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, end)
    at = end
  }
  return null
}

function damaged(path: string, at: number): ZipError {
  return new ZipError(`${path}: the directory of the .zip is damaged at byte ${at}; copy or download it again`)
}

async function readAt(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, end - start))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start)
  return buffer.subarray(0, bytesRead)
}
