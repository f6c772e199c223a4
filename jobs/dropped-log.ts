import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type LogSource, logSources } from '../gpuz/log-source.ts'

/** Logs that were handed in as bytes: copied to a folder of their own, until they are read. */
export interface DroppedLogs {
  /** named by their file and its content, so that the same file is known again whatever its name */
  readonly logs: readonly { readonly log: LogSource; readonly stem: string }[]
  readonly notices: readonly string[]
  remove(): Promise<void>
}

/**
 * @param name of the file, for people
 * @throws ZipError; what the operating system says
 */
export async function receiveLogs(name: string, bytes: ReadableStream<Uint8Array>): Promise<DroppedLogs> {
  const folder = await mkdtemp(join(tmpdir(), 'gpumon-dropped-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const path = join(folder, basename(name.replaceAll('\\', '/')))
    const hash = createHash('sha256')
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        done(null, chunk)
      },
    })
    await pipeline(Readable.fromWeb(bytes as Parameters<typeof Readable.fromWeb>[0]), hashing, createWriteStream(path))
    const content = hash.digest('hex').slice(0, 12)
    const { logs, skipped } = await logSources(path)
    return {
      logs: logs.map((log) => {
        const member = log.path === null ? log.name.slice(path.length + 2) : name
        const own = basename(member)
        return {
          log: { ...named(log, `${name} (${content})${log.path === null ? `: ${member}` : ''}`) },
          stem: own.slice(0, own.length - extname(own).length),
        }
      }),
      notices: skipped.map((left) => `${left.name.replace(path, name)} is left out: ${left.reason}`),
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}

function named(log: LogSource, name: string): LogSource {
  return { name, path: log.path, size: log.size, open: () => log.open() }
}
