/** What was found out about one part of a cluster. `note`: worth knowing, though nothing is wrong. */
export interface Finding {
  readonly health: 'well' | 'note' | 'wrong'
  /** what it is about: the name of a server, topic, connector … */
  readonly what: string
  readonly text: string
  /** how to mend it */
  readonly fix?: string
}

/** Looks at one thing, and says of it what it finds. */
export type Check = readonly [what: string, look: () => Promise<Finding[]>]

/** What checks find, one after the other, or that one cannot be made, which hides nothing of the others: errors of servers say themselves what to do. */
export async function findings(...checks: readonly Check[]): Promise<Finding[]> {
  const found: Finding[] = []
  for (const [what, look] of checks) {
    try {
      found.push(...(await look()))
    } catch (error) {
      found.push({ health: 'wrong', what, text: wordsOf(error) })
    }
  }
  return found
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${wordsOf(error.cause)})` : error.message
}
