import type { Entity } from '../../ksql-rest/protocol.ts'

/** A request with a body of JSON. */
export function post(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers, signal: AbortSignal.timeout(10_000) })
}

/** Statements that must be accepted; their entities. */
export async function ksql(url: string, text: string, more: object = {}): Promise<Entity[]> {
  const answer = await post(url, '/ksql', { ksql: text, ...more })
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Entity[]
}

export const READINGS = `CREATE STREAM readings (device VARCHAR KEY, t DOUBLE, ts TIMESTAMP)
  WITH (KAFKA_TOPIC='readings', VALUE_FORMAT='JSON', PARTITIONS=1);`

/** All that comes, once it has ended. */
export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
