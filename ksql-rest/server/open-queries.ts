import type { KsqlEngine } from '../../engine/index.ts'

/** A push query with someone who reads it. */
export interface OpenQuery {
  /** that runs it */
  readonly engine: KsqlEngine
  /** ends query and answer; with the reason as its last row where there is one */
  end(reason?: string): void
}

/** The push queries that are being answered, by id. */
export class OpenQueries {
  readonly #queries = new Map<string, OpenQuery>()

  add(id: string, query: OpenQuery): void {
    this.#queries.set(id, query)
  }

  remove(id: string): void {
    this.#queries.delete(id)
  }

  /** false: there is no push query of that id */
  close(id: string): boolean {
    const query = this.#queries.get(id)
    query?.end()
    return query !== undefined
  }

  /**
   * Ends the answers of queries that an engine has no more: TERMINATE ended them, or a record broke them; null: of all queries.
   * @param reason what ended them all; absent: what each of them failed of, if it did
   */
  endStopped(engine: KsqlEngine | null, reason?: string): void {
    const running = new Set((engine?.queries() ?? []).map(({ id }) => id))
    for (const [id, query] of [...this.#queries]) {
      if (engine === null || (query.engine === engine && !running.has(id))) {
        query.end(reason ?? failureOf(query.engine, id))
      }
    }
  }
}

/** What stopped a query; undefined: somebody ended it. */
function failureOf(engine: KsqlEngine, id: string): string | undefined {
  const found = engine.errors.all().find(({ place, what }) => place === `query ${id}` && what === 'stopped')
  return found === undefined ? undefined : `Query ${id} has stopped. ${found.example}`
}
