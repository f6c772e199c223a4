import { readFile } from 'node:fs/promises'

/**
 * Resident memory of a process, MiB, as Linux tells it (proc(5)): VmRSS now, VmHWM the most it ever was. null where there is no /proc, or
 * the process has ended.
 */
export async function processMemory(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  return kib === undefined ? null : Number(kib) / 1024
}
