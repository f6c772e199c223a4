import { defineSource } from '../catalog/define-source.ts'
import { refuseIncompatible } from '../catalog/evolution.ts'
import { registerSchemas } from '../catalog/serdes.ts'
import { semanticError } from '../errors.ts'
import type { CreateSource } from '../syntax/ast.ts'
import { claimName } from './claim-name.ts'
import { definitionContext, type Session } from './session.ts'

/** CREATE STREAM/TABLE with columns or inferred ones. Gives ksqlDB's message. */
export function createSource(session: Session, statement: CreateSource): string {
  const taken = claimName(session, statement)
  if (taken !== null) return taken
  const { source, properties } = defineSource(statement, definitionContext(session))
  const known = session.catalog.find(statement.name)
  if (known !== undefined) refuseIncompatible(known, source, statement.at)
  if (!session.dataflow.topics.has(source.topic)) {
    // it was there then, and may have been deleted since with another stream
    if (properties.partitions === undefined && !session.restoring) {
      throw semanticError(
        `Topic '${source.topic}' does not exist. If you want to create a new topic for the stream/table please re-run the statement providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS')`,
        statement.at,
        'Add PARTITIONS=1 to the WITH clause.',
      )
    }
    session.dataflow.createTopic(source.topic, {
      ...(properties.partitions === undefined ? {} : { partitions: properties.partitions }),
      ...(properties.replicas === undefined ? {} : { replicas: properties.replicas }),
    })
  }
  registerSchemas(source, session.registry)
  session.catalog.put(source)
  return statement.source === 'STREAM' ? 'Stream created' : 'Table created'
}
