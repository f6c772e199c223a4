import type { KsqlEngine, LayoutColumn, PushQuery, Settings } from '../../engine/index.ts'
import { ERROR_CODE, type ErrorEntity } from '../protocol.ts'
import type { OpenQueries } from './open-queries.ts'
import { RestError } from './rest-error.ts'
import { arraysOf, arrayWriter, type RowFormat } from './row-format.ts'

/** Bytes of rows that wait for a reader; beyond, the query ends and says so. */
const MOST_WAITING = 64 * 1024 * 1024

export interface QueryContext {
  readonly engine: KsqlEngine
  readonly open: OpenQueries
  /** ms since 1970 UTC; pull queries have it in their ids */
  readonly now: () => number
}

/**
 * Answers a SELECT: the rows there are, or with EMIT CHANGES the rows as they come, until LIMIT, /close-query, TERMINATE or the reader's leaving.
 * Throws KsqlError or RestError for what is no query or cannot be run; later errors are the last row.
 */
export function answerQuery(context: QueryContext, sql: string, settings: Settings, format: RowFormat): Response {
  const { engine } = context
  return engine.scoped(settings, () => {
    const statements = engine.parse(sql)
    const [statement] = statements
    if (statements.length !== 1 || statement === undefined) {
      throw new RestError(
        ERROR_CODE.badStatement,
        `Expected exactly one KSQL statement; found ${statements.length} instead`,
        sql,
      )
    }
    if (statement.kind !== 'select') {
      throw new RestError(
        ERROR_CODE.badStatement,
        'Only a SELECT can be asked here. Send other statements to /ksql.',
        sql,
      )
    }
    const body =
      statement.query.emit === null
        ? pullAnswer(context, sql, format)
        : pushAnswer(context, sql, statement.query.limit ?? Number.POSITIVE_INFINITY, format)
    return new Response(body, { headers: { 'content-type': format.contentType } })
  })
}

function pullAnswer({ engine, now }: QueryContext, sql: string, format: RowFormat): ReadableStream<Uint8Array> {
  const { columns, rows } = engine.pull(sql)
  const write = arrayWriter(columns)
  const parts = [format.header(`query_${now()}`, columns, true), ...rows.map((row) => format.row(write(row)))]
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(Buffer.from(parts.join('') + format.end(false)))
      controller.close()
    },
  })
}

function pushAnswer(context: QueryContext, sql: string, limit: number, format: RowFormat): ReadableStream<Uint8Array> {
  const { engine, open } = context
  let left = limit
  let ended = false
  let query: PushQuery | null = null
  let sink: ReadableStreamDefaultController<Uint8Array> | null = null
  // rows that come while the query starts stand behind the header, which only the started query knows
  let early = ''
  const close = (): void => {
    ended = true
    query?.close()
    if (query !== null) open.remove(query.id)
  }
  const finish = (last: string): void => {
    if (ended) return
    close()
    if (sink === null) early += last
    else {
      sink.enqueue(Buffer.from(last))
      sink.close()
    }
  }
  const take = (text: string): void => {
    if (sink === null) early += text
    else sink.enqueue(Buffer.from(text))
    if ((sink?.desiredSize ?? 0) < -MOST_WAITING) finish(format.error(failure(TOO_SLOW)) + format.end(false))
  }
  query = engine.select(sql, (batch, columns: readonly LayoutColumn[]) => {
    if (ended) return
    left -= batch.count
    const text = arraysOf(batch, columns).map(format.row).join('')
    if (text !== '') take(text)
    if (left <= 0) finish(format.end(true))
  })
  if (left <= 0) finish(format.end(true))
  const { id, columns } = query
  if (ended) query.close()
  else {
    const end = (reason?: string): void =>
      finish((reason === undefined ? '' : format.error(failure(reason))) + format.end(false))
    open.add(id, { engine, end })
  }
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        controller.enqueue(Buffer.from(format.header(id, columns, false) + early))
        if (ended) controller.close()
        sink = controller
      },
      cancel: close,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  )
}

const TOO_SLOW = `The query has ended: ${MOST_WAITING / 1024 / 1024} MiB of rows wait to be read. Read faster, or ask for less with WHERE.`

function failure(message: string): ErrorEntity {
  return { '@type': 'generic_error', error_code: ERROR_CODE.serverError, message }
}
