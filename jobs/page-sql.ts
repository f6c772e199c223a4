import {
  type Batch,
  formatType,
  jsonWriter,
  KsqlError,
  type LayoutColumn,
  readValue,
  type SqlValue,
} from '../engine/index.ts'
import type { SqlLine } from '../web/api.ts'
import type { LogPipeline } from './log-pipeline.ts'

/** Rows of a push query that wait for a page that reads slowly; beyond, the query ends and says so. */
const MOST_WAITING = 100_000

/**
 * Runs a query on the engine of each pipeline: all that a pull query answers, or the rows of a push query as they come, until
 * aborted. LIMIT counts the rows of all. A query at fault gives one line that says so.
 */
export async function* runQuery(
  pipelines: readonly LogPipeline[],
  sql: string,
  signal: AbortSignal,
): AsyncGenerator<SqlLine, void, undefined> {
  const queries: { close(): void }[] = []
  try {
    const { emits, limit } = shapeOf(pipelines, sql)
    const waiting = new Lines(signal, emits ? MOST_WAITING : Number.POSITIVE_INFINITY)
    for (const { engine } of pipelines) {
      if (emits) {
        const query = engine.select(sql, (batch, columns) => waiting.put(rowsOf(batch, columns)))
        queries.push(query)
        waiting.tell(query.columns)
        continue
      }
      const { columns, rows } = engine.pull(sql)
      waiting.tell(columns)
      const write = columns.map(({ type }) => jsonWriter(type))
      waiting.put(rows.map((row) => row.map((value, i) => plain(write[i], value))))
    }
    let left = limit ?? Number.POSITIVE_INFINITY
    for (;;) {
      for (const line of waiting.take()) {
        if ('row' in line && left-- <= 0) return
        yield line
      }
      if (!emits || left <= 0 || signal.aborted) return
      if (waiting.overflowed) {
        yield { error: `the page did not read ${MOST_WAITING} rows in time`, fix: 'Ask for less: add WHERE, or LIMIT.' }
        return
      }
      await waiting.more()
    }
  } catch (error) {
    yield failure(error)
  } finally {
    for (const query of queries) query.close()
  }
}

/** What is on its way to the page. */
class Lines {
  /** rows had to be left out */
  overflowed = false
  readonly #signal: AbortSignal
  readonly #most: number
  #lines: SqlLine[] = []
  #told = false
  #wake: () => void = () => {}

  constructor(signal: AbortSignal, most: number) {
    this.#signal = signal
    this.#most = most
    signal.addEventListener('abort', () => this.#wake(), { once: true })
  }

  /** The columns are those of every engine. */
  tell(columns: readonly LayoutColumn[]): void {
    if (this.#told) return
    this.#told = true
    this.#lines.unshift({ columns: columns.map(({ name, type }) => ({ name, type: formatType(type) })) })
  }

  put(rows: readonly (readonly unknown[])[]): void {
    this.overflowed ||= this.#lines.length > this.#most
    if (!this.overflowed) for (const row of rows) this.#lines.push({ row })
    this.#wake()
  }

  take(): SqlLine[] {
    const lines = this.#lines
    this.#lines = []
    return lines
  }

  more(): Promise<void> {
    if (this.#lines.length > 0 || this.overflowed || this.#signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** @throws KsqlError; Error for several statements, or where there is no engine to ask */
function shapeOf(pipelines: readonly LogPipeline[], sql: string): { emits: boolean; limit: number | null } {
  const [first] = pipelines
  if (first === undefined) throw new Error('there is no device yet: give gpumon a log, or drop one on the page')
  const statements = first.engine.parse(sql)
  const [statement] = statements
  if (statements.length !== 1 || statement === undefined)
    throw new Error(`there are ${statements.length} statements; give one SELECT`)
  if (statement.kind !== 'select') return { emits: false, limit: null }
  const { emit, limit } = statement.query
  return { emits: emit !== null, limit: limit ?? null }
}

function rowsOf(batch: Batch, columns: readonly LayoutColumn[]): unknown[][] {
  const write = columns.map(({ type }) => jsonWriter(type))
  const rows: unknown[][] = []
  for (let i = 0; i < batch.count; i++) {
    if (batch.tombstone?.[i] === 1) continue
    rows.push(columns.map(({ type }, k) => plain(write[k], readValue(batch.columns[k], i, type))))
  }
  return rows
}

function plain(write: (value: SqlValue) => string, value: SqlValue): unknown {
  // whole numbers that JavaScript cannot hold stay text
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  return JSON.parse(write(value)) as unknown
}

function failure(error: unknown): SqlLine {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof KsqlError)) return { error: message }
  const { position, fix } = error
  return {
    error: message,
    ...(position === undefined ? {} : { line: position.line, column: position.column }),
    ...(fix === undefined ? {} : { fix }),
  }
}
