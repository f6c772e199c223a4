/** A file or folder in HDFS. */
export interface HdfsEntry {
  /** within its folder; '' for a file that was asked for itself */
  readonly pathSuffix: string
  readonly type: 'FILE' | 'DIRECTORY'
  readonly length: number
}

/** HDFS by its REST interface. @see https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html */
export class WebHdfs {
  readonly #web: string

  /** @param web address of the NameNode's web server */
  constructor(web: string) {
    this.#web = web
  }

  /** What a folder holds; nothing where there is none. @param path absolute */
  async list(path: string): Promise<readonly HdfsEntry[]> {
    const answer = await this.#ask('GET', path, 'LISTSTATUS')
    if (answer.status === 404) return []
    const { FileStatuses } = (await ok(answer).json()) as { FileStatuses: { FileStatus: HdfsEntry[] } }
    return FileStatuses.FileStatus
  }

  /** A file's bytes, from the DataNode that the NameNode names. */
  async read(path: string): Promise<Uint8Array> {
    return new Uint8Array(await ok(await this.#ask('GET', path, 'OPEN')).arrayBuffer())
  }

  async makeFolder(path: string): Promise<void> {
    ok(await this.#ask('PUT', path, 'MKDIRS'))
  }

  /** Lets a folder hold no more than so many files and folders, itself among them. */
  async setNamespaceQuota(path: string, quota: number): Promise<void> {
    ok(await this.#ask('PUT', path, 'SETQUOTA', `&namespacequota=${quota}`))
  }

  #ask(method: string, path: string, operation: string, parameters = ''): Promise<Response> {
    // A + in a path would arrive as a space.
    const encoded = path.split('/').map(encodeURIComponent).join('/')
    return fetch(`${this.#web}/webhdfs/v1${encoded}?op=${operation}${parameters}`, { method })
  }
}

function ok(answer: Response): Response {
  if (!answer.ok) throw new Error(`${answer.url}: HTTP ${answer.status}`)
  return answer
}
