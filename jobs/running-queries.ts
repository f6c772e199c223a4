import type { KsqlClient } from '../ksql-rest/client/client.ts'
import { persistentQueries, type ServerQuery } from '../ksql-rest/client/definitions.ts'
import { KsqlRequestError } from '../ksql-rest/client/request-error.ts'
import type { Look } from './steady.ts'

/**
 * Looks at the queries that write these streams and tables.
 * @param places where each is declared, by its name
 */
export async function lookAtQueries(client: KsqlClient, places: ReadonlyMap<string, string>): Promise<Look> {
  const ours = (await persistentQueries(client)).filter(({ sinks }) => sinks.some((name) => places.has(name)))
  const failed = ours.filter(({ state }) => state === 'ERROR')
  const waiting = ours.filter(({ state }) => state !== 'RUNNING' && state !== 'ERROR')
  const unwritten = [...places].filter(([name]) => !ours.some(({ sinks }) => sinks.includes(name)))
  const placeOf = ({ sinks }: ServerQuery) => sinks.flatMap((name) => places.get(name) ?? []).join()
  return {
    waiting: [
      ...waiting.map((query) => `query ${query.id} (${placeOf(query)}) is ${query.state}`),
      ...unwritten.map(([name, place]) => `no query writes ${name} (${place})`),
    ],
    failed: await Promise.all(
      failed.map(
        async (query) =>
          `${placeOf(query)}: query ${query.id} ${await failureOf(client, query.id)}\n${mendingOf(query.id)}`,
      ),
    ),
  }
}

/** What to do about a query in state ERROR, which does not begin again by itself. */
export function mendingOf(id: string): string {
  return `mend the cause; then TERMINATE ${id}; DROP what it writes, and gpumon submit makes both anew`
}

/** That a query is in state ERROR, with what the server tells of why. */
export async function failureOf(client: KsqlClient, id: string): Promise<string> {
  const errors = await queryErrors(client, id)
  const why = errors.length === 0 ? ['The server does not say why: look into its log.'] : errors
  return ['is in state ERROR', ...why.map((line) => `  ${line}`)].join('\n')
}

async function queryErrors(client: KsqlClient, id: string): Promise<string[]> {
  try {
    const [{ queryDescription }] = await client.execute(`EXPLAIN ${id};`)
    const { queryErrors = [] } = queryDescription as { queryErrors?: { type: string; errorMessage: string }[] }
    return queryErrors.map(({ type, errorMessage }) => `${type}: ${errorMessage.split('\n')[0]}`)
  } catch (error) {
    // not every server explains a query that is there
    if (error instanceof KsqlRequestError) return []
    throw error
  }
}
