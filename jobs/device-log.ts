import { basename, dirname, extname, resolve } from 'node:path'
import { type LogSource, logSources } from '../gpuz/log-source.ts'

/** A log and the name of the device that wrote it: a log holds one card and does not name it. */
export interface DeviceLog {
  readonly device: string
  readonly log: LogSource
}

export interface DeviceLogs {
  readonly logs: readonly DeviceLog[]
  /** what archives hold besides, and why it is no log */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

/**
 * The logs that paths stand for, each with its device: the name given, else the name of the file without its ending.
 * @throws Error when one name is given for several logs, or a log is given twice; what the operating system says
 */
export async function deviceLogs(paths: readonly string[], device: string | undefined): Promise<DeviceLogs> {
  refuseTwice(paths)
  const sources = await Promise.all(paths.map(logSources))
  const logs = sources.flatMap((source) => source.logs)
  refuseSharedName(
    device,
    logs.map((log) => log.name),
  )
  const places = sources.flatMap((source, i) =>
    source.logs.map((log) => log.name.replace(`${paths[i]}: `, `${paths[i]}/`)),
  )
  const names = device === undefined ? deviceNames(places) : [device]
  return {
    logs: logs.map((log, i) => ({ device: names[i], log })),
    skipped: sources.flatMap((source) => source.skipped),
  }
}

/** @throws Error when a log is given twice: its readings would be counted twice */
export function refuseTwice(paths: readonly string[]): void {
  const seen = new Set<string>()
  for (const path of paths) {
    const full = resolve(path)
    if (seen.has(full)) throw new Error(`${path} is given twice; give each log once`)
    seen.add(full)
  }
}

/** @throws Error when one name stands for several logs */
export function refuseSharedName(device: string | undefined, logs: readonly string[]): void {
  if (device === undefined || logs.length <= 1) return
  throw new Error(
    `--device ${device} names one device, but there are ${logs.length} logs: ${logs.join(', ')}. ` +
      'Leave --device out (each log is named after its file), or give one log',
  )
}

/**
 * Names of devices from the paths of their logs: the stem of the file, and as much of the folders before it as tells equal
 * stems apart (GPU-Z's own file name is the same on every machine).
 */
export function deviceNames(paths: readonly string[]): string[] {
  const parts = paths.map((path) => {
    const plain = path.replaceAll('\\', '/')
    const stem = basename(plain, extname(plain))
    const folders = dirname(resolve(plain)).replaceAll('\\', '/').split('/').filter(Boolean)
    return [...folders, stem]
  })
  const name = (i: number, depth: number): string => parts[i].slice(-depth).join('/')
  return parts.map((own, i) => {
    let depth = 1
    while (depth < own.length && parts.some((_, j) => j !== i && name(j, depth) === name(i, depth))) depth++
    return name(i, depth)
  })
}
