import type { KsqlEngine } from '../../engine/index.ts'
import { type CurrentStatus, ERROR_CODE } from '../protocol.ts'
import type { CommandLog } from './command-log.ts'
import type { JsonObject } from './request-body.ts'
import { RestError } from './rest-error.ts'

/** What whoever asks for something afterwards is told. */
export const TERMINATED = new RestError(
  ERROR_CODE.shutDown,
  'The cluster has been terminated. No new request will be accepted.',
)

/**
 * Ends every query and drops every stream and table, those first that nothing reads. Topics that a query writes go too, where one of the patterns is their name.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-rest-api/terminate-endpoint/
 */
export function terminateCluster(engine: KsqlEngine, commands: CommandLog, patterns: readonly RegExp[]): CurrentStatus {
  const written = new Set(engine.queries().map(({ sinkTopic }) => sinkTopic))
  engine.execute('TERMINATE ALL;')
  for (const { name, type, topic } of engine.sources()) {
    const deletes = written.has(topic) && patterns.some((pattern) => pattern.test(topic))
    engine.execute(`DROP ${type.toUpperCase()} \`${name.replaceAll('`', '``')}\`${deletes ? ' DELETE TOPIC' : ''};`)
  }
  const commandStatus = { status: 'SUCCESS', message: 'Cluster terminated.', queryId: null } as const
  return commands.record('cluster/TerminateCluster/terminate', 'TERMINATE CLUSTER;', commandStatus)
}

/** The `deleteTopicList` of a request, names or regular expressions. Throws RestError 40000 for a list that is none. */
export function deletePatterns(request: JsonObject): RegExp[] {
  const list = request['deleteTopicList'] ?? []
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
    throw new RestError(
      ERROR_CODE.badRequest,
      `"deleteTopicList" must be an array of names, not ${JSON.stringify(list)}`,
    )
  }
  return list.map((item) => {
    try {
      return new RegExp(`^(?:${item})$`)
    } catch (error) {
      throw new RestError(ERROR_CODE.badRequest, `Invalid pattern: ${item}: ${(error as Error).message}`)
    }
  })
}
