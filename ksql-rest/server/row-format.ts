import {
  type Batch,
  dateToText,
  formatType,
  jsonWriter,
  type LayoutColumn,
  readValue,
  type SqlValue,
  timestampToText,
  timeToText,
} from '../../engine/index.ts'
import { DELIMITED, type ErrorEntity, JSON_TYPE, KSQL_JSON } from '../protocol.ts'

/** How an answer to a query is written: its parts as they follow one another. Rows are given as the texts of JSON arrays. */
export interface RowFormat {
  readonly contentType: string
  /** @param isPull keys are named in answers to pull queries only */
  header(queryId: string, columns: readonly LayoutColumn[], isPull: boolean): string
  row(array: string): string
  error(entity: ErrorEntity): string
  /** @param limited LIMIT ended the query */
  end(limited: boolean): string
}

function headerLine(queryId: string, columns: readonly LayoutColumn[]): string {
  const columnNames = columns.map(({ name }) => name)
  const columnTypes = columns.map(({ type }) => formatType(type))
  return JSON.stringify({ queryId, columnNames, columnTypes })
}

/** A line of JSON a row. */
export const delimitedRows: RowFormat = {
  contentType: DELIMITED,
  header: (queryId, columns) => `${headerLine(queryId, columns)}\n`,
  row: (array) => `${array}\n`,
  error: (entity) => `${JSON.stringify(entity)}\n`,
  end: () => '',
}

/** One JSON array of header and rows. */
export const jsonRows: RowFormat = {
  contentType: JSON_TYPE,
  header: (queryId, columns) => `[${headerLine(queryId, columns)}`,
  row: (array) => `,\n${array}`,
  error: (entity) => `,\n${JSON.stringify(entity)}`,
  end: () => ']\n',
}

/** What the older endpoint /query answers. */
export const legacyRows: RowFormat = {
  contentType: KSQL_JSON,
  header: (queryId, columns, isPull) => {
    const schema = columns.map(
      ({ name, type, role }) =>
        `\`${name.replaceAll('`', '``')}\` ${formatType(type)}${isPull && role === 'key' ? ' KEY' : ''}`,
    )
    return `[${JSON.stringify({ header: { queryId, schema: schema.join(', ') } })}`
  },
  row: (array) => `,\n{"row":{"columns":${array}}}`,
  error: (entity) => `,\n${JSON.stringify({ errorMessage: entity })}`,
  end: (limited) => (limited ? ',\n{"finalMessage":"Limit Reached"}]\n' : ']\n'),
}

/** Dates and times are text in the answers to queries. */
const DATES = {
  DATE: (value: SqlValue) => `"${dateToText(value as number)}"`,
  TIME: (value: SqlValue) => `"${timeToText(value as number)}"`,
  TIMESTAMP: (value: SqlValue) => `"${timestampToText(value as number)}"`,
}

/** Writes rows as JSON arrays; BIGINT and DECIMAL with all their digits. */
export function arrayWriter(columns: readonly LayoutColumn[]): (row: readonly SqlValue[]) => string {
  const writers = columns.map(({ type }) => jsonWriter(type, DATES))
  return (row) => `[${writers.map((write, i) => write(row[i])).join(',')}]`
}

/** The rows of a batch as JSON arrays. A row that deletes one of a table is left out, as on /query-stream of ksqlDB. */
export function arraysOf(batch: Batch, columns: readonly LayoutColumn[]): string[] {
  const write = arrayWriter(columns)
  const arrays: string[] = []
  for (let i = 0; i < batch.count; i++) {
    if (batch.tombstone?.[i] === 1) continue
    arrays.push(write(columns.map(({ type }, k) => readValue(batch.columns[k], i, type))))
  }
  return arrays
}
