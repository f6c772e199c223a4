import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { beginsAsZip, openZip } from './zip.ts'
import { ZipError } from './zip-directory.ts'

/** The bytes of one log: a file, or a member of a .zip. */
export interface LogSource {
  /** path of the file; for a member, path of the archive, a colon, and its name there */
  readonly name: string
  /** of the file, null for a member of an archive */
  readonly path: string | null
  /** bytes, unpacked */
  readonly size: number
  /** The bytes in order, streamed; may be asked for again. */
  open(): AsyncIterable<Uint8Array>
}

export interface LogSources {
  readonly logs: readonly LogSource[]
  /** what an archive holds besides, and why it is no log */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

const CHUNK_BYTES = 1 << 20

/**
 * What a path given as a log stands for: one log, or several where it is a .zip (told by its first bytes, not by its name).
 * @throws Error of the operating system, ZipError for an archive that is damaged or holds no log
 */
export async function logSources(path: string): Promise<LogSources> {
  const file = await open(path, 'r')
  let size: number
  let archive: boolean
  try {
    size = (await file.stat()).size
    archive = await beginsAsZip(file)
  } finally {
    await file.close()
  }
  if (!archive) {
    return {
      logs: [{ name: path, path, size, open: () => createReadStream(path, { highWaterMark: CHUNK_BYTES }) }],
      skipped: [],
    }
  }
  const { logs, skipped } = await openZip(path)
  if (logs.length === 0) {
    const found = skipped.map(({ name, reason }) => `${name} (${reason})`).join(', ')
    throw new ZipError(
      `${path}: no log in this .zip; it holds ${found || 'nothing'}. Give a .zip with a GPU-Z log as text`,
    )
  }
  return {
    logs: logs.map((log) => ({ name: `${path}: ${log.name}`, path: null, size: log.size, open: () => log.open() })),
    skipped: skipped.map(({ name, reason }) => ({ name: `${path}: ${name}`, reason })),
  }
}
