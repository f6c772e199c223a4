/**
 * What ksqlDB's REST interface says on the wire.
 * https://docs.ksqldb.io/en/latest/developer-guide/api/; errors and entities as a real server gave them (shared/ksqldb/rest/transcripts.json)
 */

export const KSQL_JSON = 'application/vnd.ksql.v1+json'
export const DELIMITED = 'application/vnd.ksqlapi.delimited.v1'
export const JSON_TYPE = 'application/json'

/** Of basic authentication. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** `error_code`: the HTTP status, then two digits of its own. */
export const ERROR_CODE = {
  badRequest: 40_000,
  badStatement: 40_001,
  queryEndpoint: 40_002,
  http2Only: 40_004,
  unauthorised: 40_100,
  forbidden: 40_300,
  notFound: 40_400,
  assertionFailed: 41_700,
  serverError: 50_000,
  shutDown: 50_300,
  notReady: 50_302,
} as const
export type ErrorCode = (typeof ERROR_CODE)[keyof typeof ERROR_CODE]

export interface ErrorEntity {
  readonly '@type': 'generic_error' | 'statement_error'
  readonly error_code: number
  readonly message: string
  readonly statementText?: string
  readonly entities?: readonly Entity[]
}

/** What one statement of a request to /ksql gives; the other fields depend on `@type`. */
export interface Entity {
  readonly '@type': string
  readonly statementText: string
  readonly warnings: readonly { readonly message: string }[]
  readonly [field: string]: unknown
}

export interface CommandStatus {
  readonly status: 'QUEUED' | 'PARSING' | 'EXECUTING' | 'RUNNING' | 'TERMINATED' | 'SUCCESS' | 'ERROR'
  readonly message: string
  readonly queryId: string | null
}

export interface CurrentStatus extends Entity {
  readonly '@type': 'currentStatus'
  /** type, entity and action: stream/`NAME`/create */
  readonly commandId: string
  readonly commandStatus: CommandStatus
  readonly commandSequenceNumber: number
}

/** The first line of the answer to a query. */
export interface QueryHeader {
  readonly queryId: string
  readonly columnNames: readonly string[]
  readonly columnTypes: readonly string[]
}
