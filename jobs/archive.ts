import { open } from 'node:fs/promises'
import { beginsAsZip } from '../gpuz/zip.ts'

/** Whether a path given as a log is a .zip; what is not there (yet) is none: the log may come later. @throws what the operating system says */
export async function isArchive(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r')
    return await beginsAsZip(file).finally(() => file.close())
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
