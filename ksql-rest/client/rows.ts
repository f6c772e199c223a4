import type { IncomingMessage } from 'node:http'
import { isLosslessNumber, isSafeNumber, parse } from 'lossless-json'
import { linesOf } from '../lines.ts'
import type { QueryHeader } from '../protocol.ts'
import { isErrorEntity, refusalOf } from './request-error.ts'

/**
 * A value of a row: BIGINT is a bigint, DECIMAL its text; dates and times are text; BYTES base64. A number within ARRAY, MAP or STRUCT is a number
 * where that is exact, else its text.
 */
export type RowValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly RowValue[]
  | { readonly [field: string]: RowValue }

/** The answer to a query; whoever leaves the loop over its rows ends it. */
export interface Rows extends AsyncIterable<readonly RowValue[]> {
  readonly queryId: string
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/**
 * Reads an answer of lines; both the promise and the loop throw KsqlRequestError for an error in its place, Error for what is no such answer and
 * for a connection that breaks, AbortError.
 */
export async function readRows(body: IncomingMessage, sql: string, signal: AbortSignal | undefined): Promise<Rows> {
  const lines = explained(linesOf(body), signal)
  const first = await lines.next()
  const text = first.done ? '' : first.value
  throwIfError(text, sql)
  const header: unknown = text.startsWith('{') ? JSON.parse(text) : null
  if (!isHeader(header)) {
    throw new Error(`The server's answer begins with "${text.slice(0, 80)}", not with the columns of the rows.`)
  }
  const { queryId, columnNames, columnTypes } = header
  const columns = columnNames.map((name, i) => ({ name, type: columnTypes[i] }))
  return { queryId, columns, [Symbol.asyncIterator]: () => rowsOf(lines, columnTypes, sql) }
}

async function* rowsOf(
  lines: AsyncGenerator<string, void, undefined>,
  types: readonly string[],
  sql: string,
): AsyncGenerator<readonly RowValue[], void, undefined> {
  for await (const line of lines) {
    throwIfError(line, sql)
    const row = parse(line)
    if (!Array.isArray(row)) throw new Error(`The server gave ${line.slice(0, 80)} where a row was to come.`)
    yield row.map((value, i) => (isLosslessNumber(value) ? numberOf(value.value, types[i]) : nested(value)))
  }
}

/** Node tells of an answer that breaks off, on purpose or not, as of a connection that was reset. */
async function* explained(
  lines: AsyncGenerator<string, void, undefined>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  try {
    yield* lines
  } catch (cause) {
    signal?.throwIfAborted()
    throw new Error(`The connection broke while rows were read: ${(cause as Error).message}. Ask again.`, { cause })
  }
}

function numberOf(text: string, type: string): number | bigint | string {
  if (type === 'BIGINT') return BigInt(text)
  return type.startsWith('DECIMAL') ? text : Number(text)
}

function nested(value: unknown): RowValue {
  if (isLosslessNumber(value)) return isSafeNumber(value.value) ? Number(value.value) : value.value
  if (Array.isArray(value)) return value.map(nested)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, nested(item)]))
  }
  return value as RowValue
}

/** An error may stand in the place of a row: the status has been sent by then. */
function throwIfError(line: string, sql: string): void {
  const entity: unknown = line.startsWith('{') ? JSON.parse(line) : null
  if (isErrorEntity(entity)) throw refusalOf(entity, sql)
}

function isHeader(value: unknown): value is QueryHeader {
  return typeof value === 'object' && value !== null && 'columnNames' in value && 'columnTypes' in value
}
