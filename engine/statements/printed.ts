import { KsqlError } from '../errors.ts'
import { resolveNames } from '../plan/resolve-names.ts'
import type { Statement } from '../syntax/ast.ts'
import { formatSelectStatement } from '../syntax/index.ts'
import { planEnvironment } from './plan-into.ts'
import type { Session } from './session.ts'

/** The statement as ksqlDB prints it once it knows the sources; undefined for statements without a SELECT, and where a source is unknown. */
export function printedStatement(session: Session, statement: Statement): string | undefined {
  if (statement.kind !== 'create-as-select' && statement.kind !== 'insert-select') return undefined
  try {
    return formatSelectStatement({ ...statement, query: resolveNames(statement.query, planEnvironment(session)) })
  } catch (error) {
    if (error instanceof KsqlError) return undefined
    throw error
  }
}
