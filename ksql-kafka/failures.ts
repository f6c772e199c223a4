import { hasType, isOutage, reasonOf, UNKNOWN_TOPIC } from '../kafka/client.ts'

/** A server begins again from its log after so many failures within so many ms, and ends after one more. */
const MOST_FAILURES = 4
const WITHIN_MS = 300_000

/** What to do about what Kafka refuses, by the type of its error. */
const FIXES: readonly (readonly [type: RegExp, fix: string])[] = [
  [
    /_AUTHORIZATION_FAILED$/,
    "Give this server's user the rights to read and write the service's topics, groups and transactional id.",
  ],
  [/^(MESSAGE|RECORD_LIST)_TOO_LARGE$/, 'Raise max.message.bytes of the topics that the queries write.'],
  [/^UNKNOWN_TOPIC_OR_PARTITION$/, 'Make the topics again that the queries read and write: SHOW QUERIES names them.'],
]

/** Whether the cluster is away, so that waiting helps. */
export function isAway(error: unknown): boolean {
  return isOutage(error) && !hasType(error, UNKNOWN_TOPIC)
}

/** Failures that beginning again may mend, and whether it has. */
export class Failures {
  #times: number[] = []

  /** Whether there were too many in too short a time, this one included. @param now ms */
  areTooMany(now: number): boolean {
    this.#times = [...this.#times.filter((time) => time > now - WITHIN_MS), now]
    return this.#times.length > MOST_FAILURES
  }
}

/** The error of a service that cannot go on, with what to do. @param log topic of its log */
export function endingError(error: unknown, serviceId: string, log: string): Error {
  const type = typeOf(error)
  const [, fix] = FIXES.find(([known]) => known.test(type)) ?? []
  const mend =
    fix === undefined
      ? `Start the server again; should it end again, report this, and to begin anew without the state, delete topic ${log} and submit the statements again.`
      : `${fix} Then start the server again.`
  return new Error(`Service ${serviceId} cannot go on: ${reasonOf(error).replace(/\.$/, '')}. ${mend}`, {
    cause: error,
  })
}

/** The broker's name of an error, here or in a cause. */
function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return 'type' in error ? String(error.type) : typeOf(error.cause)
}
