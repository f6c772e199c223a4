import type { KsqlEngine } from '../../engine/index.ts'

/** A push query with someone who reads it. */
export interface OpenQuery {
  /** ends query and answer */
  end(): void
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

  /** Ends the answers of queries that the engine has no more: TERMINATE ended them, or a record broke them; null: there is no engine. */
  endStopped(engine: KsqlEngine | null): void {
    const running = new Set((engine?.queries() ?? []).map(({ id }) => id))
    for (const id of [...this.#queries.keys()]) if (!running.has(id)) this.close(id)
  }
}
