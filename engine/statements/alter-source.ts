import { declareColumns, refuseColumnNames } from '../catalog/declare-columns.ts'
import { createSerdes } from '../catalog/serdes.ts'
import { located, semanticError } from '../errors.ts'
import type { AlterSource } from '../syntax/ast.ts'
import { constantChecker, type Session } from './session.ts'

/**
 * ALTER STREAM/TABLE … ADD COLUMN …: the columns come last. Queries that already run do not see them.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/quick-reference/#alter-stream
 */
export function alterSource(session: Session, statement: AlterSource): string {
  const { name, at } = statement
  const kind = statement.source.toLowerCase()
  const source = session.catalog.find(name)
  if (source === undefined) {
    throw semanticError(`Source ${name} does not exist.`, at, session.catalog.nearest(name))
  }
  if (source.kind !== statement.source) {
    throw semanticError(
      `Incompatible data source type is ${source.kind}, but statement was ALTER ${statement.source}`,
      at,
      `Write ALTER ${source.kind}.`,
    )
  }
  if (source.readOnly) {
    throw semanticError(
      `Cannot alter ${kind} '${name}': ALTER operations are not supported on source ${kind}s.`,
      at,
      `DROP ${source.kind} ${name}, and create it again with the column.`,
    )
  }
  if (source.derived) {
    throw semanticError(
      'ALTER command is not supported for CREATE ... AS statements.',
      at,
      `CREATE OR REPLACE ${source.kind} ${name} AS SELECT with the column.`,
    )
  }
  const added = declareColumns(statement.columns, (type) => constantChecker(session, 'ALTER').resolveType(type))
  const altered = { ...source, columns: [...source.columns, ...added] }
  refuseColumnNames(altered.columns, (c) => statement.columns[added.indexOf(c)]?.at ?? at)
  try {
    createSerdes(altered, session.registry)
  } catch (error) {
    throw located(error, at)
  }
  session.catalog.put(altered)
  return `${source.kind === 'STREAM' ? 'Stream' : 'Table'} ${name} altered successfully.`
}
