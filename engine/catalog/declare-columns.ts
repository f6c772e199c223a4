import { type Position, semanticError } from '../errors.ts'
import { HEADERS_TYPE, RESERVED_COLUMNS } from '../plan/scope.ts'
import type { ColumnDefinition, TypeName } from '../syntax/ast.ts'
import { BYTES, formatType, type SqlType, sameType } from '../types/sql-type.ts'
import type { SourceColumn } from './source.ts'

/** The columns of a CREATE or ALTER statement. Throws KsqlError 'semantic' for header columns of another type than headers have. */
export function declareColumns(
  definitions: readonly ColumnDefinition[],
  resolveType: (name: TypeName) => SqlType,
): SourceColumn[] {
  const columns = definitions.map((definition): SourceColumn => {
    const { name, headerKey, role, at } = definition
    const type = resolveType(definition.type)
    if (role === 'headers') refuseHeaderType(headerKey, type, at)
    return { name, type, role: role === 'primary-key' ? 'key' : role, headerKey }
  })
  refuseHeadersTwice(definitions)
  return columns
}

function refuseHeaderType(headerKey: string | null, type: SqlType, at: Position): void {
  const wanted = headerKey === null ? HEADERS_TYPE : BYTES
  if (sameType(type, wanted)) return
  throw semanticError(
    `Invalid type for ${headerText(headerKey)} column: expected ${formatType(wanted)}, got ${formatType(type)}`,
    at,
    `Declare it as ${formatType(wanted)}.`,
  )
}

/** Either all headers are one column, or each has one of its own. */
function refuseHeadersTwice(definitions: readonly ColumnDefinition[]): void {
  const headers = definitions.filter((d) => d.role === 'headers')
  for (const [i, { headerKey, at }] of headers.entries()) {
    const clash = headers
      .slice(0, i)
      .find((h) => h.headerKey === headerKey || h.headerKey === null || headerKey === null)
    if (clash === undefined) continue
    throw semanticError(
      clash.headerKey === headerKey
        ? `Schema already contains a ${headerText(headerKey)} column: \`${clash.name}\``
        : `Schema already contains a ${headerText(clash.headerKey)} column: \`${clash.name}\`. All headers and single ones cannot be mixed.`,
      at,
      'Keep one HEADERS column, or HEADER columns of different keys.',
    )
  }
}

function headerText(headerKey: string | null): string {
  return headerKey === null ? 'HEADERS' : `HEADER('${headerKey}')`
}

/** Reserved names, and names that occur twice. */
export function refuseColumnNames(columns: readonly SourceColumn[], placeOf: (column: SourceColumn) => Position): void {
  for (const [i, column] of columns.entries()) {
    if (RESERVED_COLUMNS.includes(column.name)) {
      throw semanticError(
        `'${column.name}' is a reserved column name. You cannot use it as a name for a column.`,
        placeOf(column),
        'Choose another name.',
      )
    }
    if (columns.findIndex((c) => c.name === column.name) < i) {
      throw semanticError(
        `Duplicate column names: ${column.name}`,
        placeOf(column),
        'Give each column a name of its own.',
      )
    }
  }
}
