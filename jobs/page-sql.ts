import {
  type Batch,
  formatType,
  jsonWriter,
  KsqlError,
  type LayoutColumn,
  type PushQuery,
  readValue,
  type SqlValue,
} from '../engine/index.ts'
import type { SqlLine } from '../web/api.ts'
import type { LogPipeline } from './log-pipeline.ts'

/** Rows that wait for a page that reads slowly; beyond, the query ends and says so. */
const MOST_WAITING = 100_000

/**
 * Runs a query on the engine of each pipeline: first all that a pull query answers, or the rows of a push query as they come, until
 * aborted. A query at fault gives one line that says so.
 */
export async function* runQuery(
  pipelines: readonly LogPipeline[],
  sql: string,
  signal: AbortSignal,
): AsyncGenerator<SqlLine, void, undefined> {
  const lines: SqlLine[] = []
  const queries: PushQuery[] = []
  let wake: () => void = () => {}
  let overflowed = false
  let columnsTold = false
  const put = (line: SqlLine): void => {
    lines.push(line)
    wake()
  }
  const stop = (): void => wake()
  const tellColumns = (columns: readonly LayoutColumn[]): void => {
    if (columnsTold) return
    columnsTold = true
    put({ columns: columns.map(({ name, type }) => ({ name, type: formatType(type) })) })
  }
  const writers = (columns: readonly LayoutColumn[]) => columns.map(({ type }) => jsonWriter(type))
  signal.addEventListener('abort', stop)
  try {
    if (pipelines.length === 0) throw new Error('there is no device yet: give gpumon a log, or drop one on the page')
    const push = isPush(sql)
    for (const { engine } of pipelines) {
      if (push) {
        const query = engine.select(sql, (batch, columns) => {
          tellColumns(columns)
          overflowed ||= lines.length > MOST_WAITING
          if (overflowed) return wake()
          for (const row of rowsOf(batch, columns)) put({ row })
        })
        queries.push(query)
        tellColumns(query.columns)
        continue
      }
      const { columns, rows } = engine.pull(sql)
      tellColumns(columns)
      const write = writers(columns)
      for (const row of rows) put({ row: row.map((value, i) => plain(write[i], value)) })
    }
    for (;;) {
      for (const line of lines.splice(0)) yield line
      if (signal.aborted) return
      if (overflowed) {
        yield { error: `the page did not read ${MOST_WAITING} rows in time`, fix: 'Ask for less: add WHERE, or LIMIT.' }
        return
      }
      // rows may have come while the page took the ones before
      if (lines.length > 0) continue
      if (queries.every(({ ended }) => ended)) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  } catch (error) {
    yield failure(error)
  } finally {
    signal.removeEventListener('abort', stop)
    for (const query of queries) query.close()
  }
}

function isPush(sql: string): boolean {
  // a word in a comment or a text does not make a query a push query
  const bare = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, ' ')
  return /\bEMIT\s+(?:CHANGES|FINAL)\b/i.test(bare)
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
