import { askRest, RestError, type RestService } from '../kafka/rest.ts'

export const WEB_HDFS: RestService = {
  name: 'WebHDFS',
  option: '--hdfs',
  mediaType: 'application/json',
  answerMs: 10_000,
  fault: RestError,
}

/** The NameNode answers, and the DataNode that it names for a file does not: from outside a cluster its name may mean nothing. */
export class DataNodeError extends Error {
  override readonly name = 'DataNodeError'
}

/** Reads HDFS by its REST interface. https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html */
export class WebHdfs {
  readonly #url: string

  /** @param url of the NameNode's web server */
  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '')
  }

  /** Names in a folder; null: there is no such folder. @param path absolute @throws RestError */
  async list(path: string): Promise<string[] | null> {
    const request = pathOf(path, 'LISTSTATUS')
    const { status, body } = await askRest(WEB_HDFS, this.#url, ['GET', request])
    if (status === 404) return null
    if (status !== 200) throw this.#refused(request, status, JSON.stringify(body))
    const { FileStatuses } = body as { FileStatuses: { FileStatus: { pathSuffix: string }[] } }
    return FileStatuses.FileStatus.map(({ pathSuffix }) => pathSuffix)
  }

  /** The bytes of a file. @param path absolute @throws RestError; DataNodeError */
  async read(path: string): Promise<Buffer> {
    const request = pathOf(path, 'OPEN')
    const signal = AbortSignal.timeout(WEB_HDFS.answerMs)
    const named = await fetch(`${this.#url}${request}`, { redirect: 'manual', signal }).catch((cause) => {
      throw new RestError(`${this.#url}: WebHDFS does not answer; check --hdfs`, 0, { cause })
    })
    const location = named.headers.get('location')
    if (location === null) throw this.#refused(request, named.status, await named.text())
    try {
      const answer = await fetch(location, { signal })
      if (answer.ok) return Buffer.from(await answer.arrayBuffer())
      throw this.#refused(request, answer.status, await answer.text())
    } catch (error) {
      if (error instanceof RestError) throw error
      throw new DataNodeError(`the DataNode that has ${path} does not answer at ${new URL(location).host}`, {
        cause: error,
      })
    }
  }

  #refused(request: string, status: number, words: string): RestError {
    return new RestError(`${this.#url}${request}: HTTP ${status}, ${words}; check --hdfs, and who may read`, status)
  }
}

/** A + in a path would arrive as a space. */
function pathOf(path: string, operation: string): string {
  return `/webhdfs/v1${path.split('/').map(encodeURIComponent).join('/')}?op=${operation}`
}
