import { formatIdentifier, type KsqlEngine, KsqlError, type Statement } from '../engine/index.ts'
import { type Definitions, isInsertQuery, type ServerSource } from '../ksql-rest/client/definitions.ts'

type Creation = Extract<Statement, { kind: 'create-source' | 'create-as-select' }>

/** Whether CREATE OR REPLACE can change what is there; otherwise why not. */
export type Replacement = { readonly possible: true } | { readonly possible: false; readonly why: string }

/** @param engine with what the server has; it stays as it is */
export function replacement(statement: Creation, engine: KsqlEngine): Replacement {
  try {
    engine.sandbox().executeStatement({ ...statement, orReplace: true, ifNotExists: false })
    return { possible: true }
  } catch (error) {
    if (error instanceof KsqlError) return { possible: false, why: error.message }
    throw error
  }
}

/** What a person has to do so that a changed statement can be submitted, a line each. */
export function whatItTakes(source: ServerSource, definitions: Definitions, change: Replacement): string[] {
  if (change.possible) {
    return [
      `to change it in place, write CREATE OR REPLACE ${source.type} in the file: topic ${source.topic} keeps its records, ` +
        'and a query goes on where it is, with its state',
    ]
  }
  return [
    `CREATE OR REPLACE cannot do it: ${change.why}`,
    `to make it anew, run ${dropsOf(source, definitions).join(' ')} then submit again`,
    `topic ${source.topic} keeps its records, unless DELETE TOPIC is added; a query made anew begins with records that come then, ` +
      "unless the file SETs 'auto.offset.reset' = 'earliest'",
  ]
}

/** What must be ended before a source can be made anew, in the order in which a server lets it be: who reads it comes first. */
export function dropsOf(wanted: ServerSource, { sources, queries }: Definitions): string[] {
  const visited = new Set<ServerSource>()
  const visit = (source: ServerSource): string[] => {
    if (visited.has(source)) return []
    visited.add(source)
    const readers = source.readers.flatMap((id) => {
      if (isInsertQuery(id)) return [`TERMINATE ${id};`]
      const sinks = queries.find((query) => query.id === id)?.sinks ?? []
      return sources.filter(({ name }) => sinks.includes(name)).flatMap(visit)
    })
    const writers = source.writers.map((id) => `TERMINATE ${id};`)
    return [...readers, ...writers, `DROP ${source.type} ${formatIdentifier(source.name)};`]
  }
  return [...new Set(visit(wanted))]
}
