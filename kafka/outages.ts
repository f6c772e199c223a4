import { setTimeout as sleep } from 'node:timers/promises'
import { hasType, isOutage, reasonOf, UNKNOWN_TOPIC, withPlace } from './client.ts'

/** Who waits for a broker that is away. */
export interface Waiting {
  readonly bootstrap: string
  /** ends the waiting */
  readonly signal: AbortSignal
  readonly onNotice: (text: string) => void
}

const FIXES: Readonly<Record<string, string>> = {
  INVALID_TIMESTAMP:
    'A reading is too far in the future for the topic (message.timestamp.after.max.ms, an hour by default): check --timezone, or raise the limit of the topic',
  TOPIC_AUTHORIZATION_FAILED: 'Allow this client to write to the topic',
  [UNKNOWN_TOPIC]: 'The topic was deleted meanwhile; start again',
}

/** ms until work is repeated; kafkajs would do it at once, and without a look at what has arrived. */
const PAUSE = 500
/** ms that brokers may not know a topic that is there: the news of a new leader is on its way to them. */
const LONGEST_UNKNOWN = 10_000

/**
 * Does the work again and again while the broker is away, as long as it takes.
 * @param work is told whether it has failed before, and may have been done in part
 * @throws KafkaError for what waiting does not help, and when the signal is aborted during an outage; what `work` throws that is not Kafka's, such as the
 * signal's reason
 */
export async function throughOutages<T>(
  doing: string,
  { bootstrap, signal, onNotice }: Waiting,
  work: (isRepetition: boolean) => Promise<T>,
): Promise<T> {
  let outage: unknown = null
  let unknownSince: number | null = null
  for (let failures = 0; ; failures++) {
    try {
      const result = await work(failures > 0)
      if (outage !== null) onNotice(`Kafka at ${bootstrap} answers again`)
      return result
    } catch (error) {
      const isUnknown = hasType(error, UNKNOWN_TOPIC)
      unknownSince = isUnknown ? (unknownSince ?? performance.now()) : null
      const isGone = unknownSince !== null && performance.now() - unknownSince > LONGEST_UNKNOWN
      if (!isOutage(error) || isGone || signal.aborted) {
        const cause = error === signal.reason ? (outage ?? error) : error
        throw withPlace(cause, doing, bootstrap, fixOf(error, signal))
      }
      if (outage === null && !isUnknown) {
        onNotice(`Kafka at ${bootstrap} does not answer (${reasonOf(error)}), trying until it does`)
        outage = error
      }
      await sleep(PAUSE)
    }
  }
}

function fixOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'Start again when it is back: sending goes on behind the last reading that arrived'
  const known = Object.keys(FIXES).find((type) => hasType(error, type))
  return known === undefined ? 'Start again: sending goes on behind the last reading that arrived' : FIXES[known]
}
