import { KsqlEngine, KsqlError, MemorySchemaRegistry } from '../engine/index.ts'
import type { Definitions, ServerSource } from '../ksql-rest/client/definitions.ts'

/** A schema of a subject, with its id where it has one already. */
export interface KnownSchema {
  readonly subject: string
  readonly schema: string
  readonly schemaType: 'AVRO' | 'JSON' | 'PROTOBUF'
  readonly id?: number
}

/**
 * An engine with the topics, streams and tables of a server, to try statements on. What this engine cannot make is left out, with all that reads it: whoever
 * needs it is told that it does not exist.
 * @param schemas those with ids first: the others get ids that are free
 * @param except names that are left out on purpose
 */
export function engineLike(
  { sources, topics }: Definitions,
  schemas: readonly KnownSchema[],
  except: ReadonlySet<string> = new Set(),
): KsqlEngine {
  const registry = new MemorySchemaRegistry()
  for (const { subject, schema, schemaType, id } of schemas) registry.register(subject, schema, schemaType, id)
  const engine = new KsqlEngine({ registry })
  for (const [name, partitions] of topics) engine.createTopic(name, { partitions })
  let waiting = sources.filter(({ name }) => !except.has(name))
  // A server lists them by name, not in the order in which they read one another.
  for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
    before = waiting.length
    waiting = waiting.filter((source) => !isMade(engine, source))
  }
  return engine
}

function isMade(engine: KsqlEngine, { statement }: ServerSource): boolean {
  try {
    engine.execute(statement)
    return true
  } catch (error) {
    if (error instanceof KsqlError) return false
    throw error
  }
}
