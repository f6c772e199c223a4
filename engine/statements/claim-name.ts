import { semanticError } from '../errors.ts'
import type { CreateAsSelect, CreateSource } from '../syntax/ast.ts'
import type { Session } from './session.ts'

/** Null: the name is free (or to be replaced); a text: IF NOT EXISTS applies. */
export function claimName(session: Session, statement: CreateSource | CreateAsSelect): string | null {
  const known = session.catalog.find(statement.name)
  const readOnly = known?.readOnly === true || (statement.kind === 'create-source' && statement.readOnly)
  if (statement.orReplace && readOnly) {
    const kind = statement.source.toLowerCase()
    throw semanticError(
      `Cannot add ${kind} '${statement.name}': CREATE OR REPLACE is not supported on source ${kind}s.`,
      statement.at,
      known === undefined ? 'Drop OR REPLACE.' : `DROP ${known.kind} ${statement.name} first.`,
    )
  }
  if (known === undefined) return null
  const was = known.kind.toLowerCase()
  if (statement.ifNotExists)
    return `Cannot add ${statement.source.toLowerCase()} \`${statement.name}\`: A ${was} with the same name already exists.`
  if (!statement.orReplace) {
    throw semanticError(
      `Cannot add ${statement.source.toLowerCase()} '${statement.name}': A ${was} with the same name already exists`,
      statement.at,
      `DROP ${known.kind} ${statement.name} first, or write CREATE OR REPLACE.`,
    )
  }
  if (known.kind !== statement.source) {
    throw semanticError(
      `Cannot replace ${was} '${statement.name}' with a ${statement.source.toLowerCase()}.`,
      statement.at,
      `DROP ${known.kind} ${statement.name} first.`,
    )
  }
  return null
}
