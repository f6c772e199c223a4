import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import type { FileIdentity } from './tail-event.ts'

/** @throws Error when there is something else than a file */
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

export function identityOf(stats: BigIntStats): FileIdentity {
  return { device: String(stats.dev), inode: String(stats.ino) }
}

export function sameFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.device === other.device && one.inode === other.inode
}

export async function statOrNull(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
