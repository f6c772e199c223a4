import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import type { FileIdentity } from './tail-event.ts'

/**
 * Opens a log for reading; null where there is none.
 * @throws Error when the path is a folder or a device, or as the operating system says
 */
export async function openFile(path: string): Promise<FileHandle | null> {
  const found = await statOrNull(path)
  if (found === null) return null
  if (!found.isFile()) throw new Error(`${path}: not a file; give the path of a GPU-Z log`)
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** What the file system knows a file by, whatever its name. Windows has such numbers too; some shares give 0 for every file. */
export function identityOf(stats: BigIntStats): FileIdentity {
  return { device: String(stats.dev), inode: String(stats.ino) }
}

/** Whether both are one file, as far as its file system can tell. */
export function sameFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.device === other.device && one.inode === other.inode
}

/** The state of a path, with inode numbers in full (as doubles they collide on Windows); null where nothing is. */
export async function statOrNull(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
