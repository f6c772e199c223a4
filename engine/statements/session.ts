import type { Catalog } from '../catalog/catalog.ts'
import type { DefinitionContext } from '../catalog/define-source.ts'
import { semanticError } from '../errors.ts'
import type { SchemaRegistry } from '../formats/format.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import { TypeChecker } from '../plan/type-check.ts'
import type { Dataflow } from '../runtime/dataflow.ts'
import type { ErrorCounter } from '../runtime/error-counter.ts'

/** What statements work on. */
export interface Session {
  readonly catalog: Catalog
  readonly dataflow: Dataflow
  readonly registry: SchemaRegistry
  readonly functions: FunctionRegistry
  readonly errors: ErrorCounter
  /** by lower-case name */
  readonly properties: Map<string, string>
  /** DEFINE, by upper-case name */
  readonly variables: Map<string, string>
  readonly now: () => number
  readonly wiring: 'auto' | 'manual'
  /** a snapshot is being replayed: statements are executed for their definitions, queries do not read what topics have kept */
  restoring: boolean
  /** numbers the ids of queries that last */
  queryCount: number
  /** numbers push queries, which other engines with the same statements need not have */
  transientCount: number
}

export interface Outcome {
  readonly message: string
  readonly queryId?: string
}

export function definitionContext(session: Session): DefinitionContext {
  return {
    registry: session.registry,
    properties: session.properties,
    resolveType: (name) => constantChecker(session, 'CREATE').resolveType(name),
  }
}

/** Types expressions where no columns are in sight. */
export function constantChecker(session: Session, clause: string): TypeChecker {
  const { functions, catalog } = session
  return new TypeChecker(
    { functions, namedType: (name, at) => catalog.type(name, at) },
    {
      clause,
      column: (ref) => {
        throw semanticError(
          `${clause} has no columns: ${ref.name}`,
          ref.at,
          "Text is written in single quotes: 'text'.",
        )
      },
    },
  )
}
