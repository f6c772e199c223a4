/** What was found out about one part of a cluster. `note`: worth knowing, though nothing is wrong. */
export interface Finding {
  readonly health: 'well' | 'note' | 'wrong'
  /** what it is about: the name of a server, topic, connector … */
  readonly what: string
  readonly text: string
  /** how to mend it */
  readonly fix?: string
}

/** What a check finds, or that it cannot be made: errors of servers say themselves what to do. */
export async function findings(what: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check()
  } catch (error) {
    return [{ health: 'wrong', what, text: wordsOf(error) }]
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${wordsOf(error.cause)})` : error.message
}
