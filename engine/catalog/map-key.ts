import { type Position, semanticError } from '../errors.ts'
import { formatType, type SqlType } from '../types/sql-type.ts'

/** Equal maps may be written in different orders, so ksqlDB takes none into a key. */
export function refuseMapKey(name: string, type: SqlType, at: Position): void {
  if (!containsMap(type)) return
  throw semanticError(
    `Map keys, including types that contain maps, are not supported as they may lead to unexpected behavior due to inconsistent serialization. Key column name: \`${name}\`. Column type: ${formatType(type)}. See https://github.com/confluentinc/ksql/issues/6621 for more.`,
    at,
    'Take an element of the map for the key.',
  )
}

function containsMap(type: SqlType): boolean {
  switch (type.base) {
    case 'MAP':
      return true
    case 'ARRAY':
      return containsMap(type.element)
    case 'STRUCT':
      return type.fields.some((field) => containsMap(field.type))
    default:
      return false
  }
}
