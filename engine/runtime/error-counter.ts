export interface CountedError {
  readonly place: string
  readonly what: string
  readonly count: number
  /** the first of them */
  readonly example: string
}

/** Errors that cost a value or a record but not the query: counted by place, never silent. */
export class ErrorCounter {
  private readonly counts = new Map<string, { place: string; what: string; count: number; example: string }>()

  count(place: string, what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    // one entry for a kind of error, whatever values its message names
    const key = `${place}\n${what.replace(/\d+/g, '#')}`
    const known = this.counts.get(key)
    if (known === undefined) this.counts.set(key, { place, what, count: 1, example: message })
    else known.count++
  }

  all(): readonly CountedError[] {
    return [...this.counts.values()]
  }
}
