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
  /** named by their file and its content, so that the same file is known again */
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
  const path = join(folder, basename(name.replaceAll('\\', '/')))
  try {
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
          log: {
            name: `${name} (${content})${log.path === null ? `: ${member}` : ''}`,
            path: log.path,
            size: log.size,
            open: () => opened(log, path, name),
          },
          stem: own.slice(0, own.length - extname(own).length),
        }
      }),
      notices: skipped.map((left) => `${left.name.replace(path, name)} is left out: ${left.reason}`),
      remove,
    }
  } catch (error) {
    await remove()
    throw renamed(error, path, name)
  }
}

async function* opened(log: LogSource, path: string, name: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* log.open()
  } catch (error) {
    throw renamed(error, path, name)
  }
}

/** A person knows the file, not our copy of it. */
function renamed(error: unknown, path: string, name: string): unknown {
  if (error instanceof Error) error.message = error.message.replaceAll(path, name)
  return error
}
