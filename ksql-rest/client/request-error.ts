import type { Position } from '../../engine/index.ts'
import { ERROR_CODE, type ErrorEntity } from '../protocol.ts'
import { placeOf } from './statement-place.ts'

/** What to do about an error, by its code. */
const FIXES: Readonly<Record<number, string>> = {
  [ERROR_CODE.badRequest]: 'Check what was asked for: the server could not read it, or has no such thing.',
  [ERROR_CODE.badStatement]:
    'Correct the statement. If the error was found before any was executed, none has taken effect.',
  [ERROR_CODE.queryEndpoint]: 'Ask SELECT with query(), and leave PRINT out.',
  [ERROR_CODE.http2Only]: 'Use ksqlDB 0.28 or newer: this server answers queries over HTTP/2 only.',
  [ERROR_CODE.unauthorised]: 'Give the name and the password of someone whom the server knows.',
  [ERROR_CODE.forbidden]: 'Ask for the rights, or ask as someone who has them.',
  [ERROR_CODE.assertionFailed]: 'Create what is asserted first, or take the ASSERT away.',
}
const OTHERWISE = 'Look into the log of the server.'

/** Where ksqlDB's messages say that the error is: `line 1:8: …`, `Line: 1, Col: 29: …` */
const PLACES = [/^line (\d+):(\d+): /, /Line: (\d+), Col: (\d+): /]

/** A refusal of a ksqlDB server, told with its place in what was sent and with what to do. */
export class KsqlRequestError extends Error {
  override readonly name = 'KsqlRequestError'
  /** ksqlDB's error code; null for a command that was accepted and then failed (status ERROR within a 200) */
  readonly code: number | null
  /** in what was sent; null where the server does not say, and it cannot be told */
  readonly line: number | null
  readonly column: number | null
  readonly fix: string
  /** the server's own words */
  readonly serverMessage: string
  readonly statement: string | null

  constructor(details: {
    readonly code: number | null
    readonly serverMessage: string
    readonly place: Pick<Position, 'line' | 'column'> | null
    readonly fix: string
    readonly statement: string | null
  }) {
    const { serverMessage, place, fix } = details
    const where = place === null ? '' : `line ${place.line}:${place.column}: `
    const words = PLACES.reduce((text, said) => text.replace(said, ''), serverMessage)
    super(`${where}${words}\n${fix}`)
    this.code = details.code
    this.line = place?.line ?? null
    this.column = place?.column ?? null
    this.fix = fix
    this.serverMessage = serverMessage
    this.statement = details.statement
  }
}

/** @param sent the SQL of the request, in which the place is looked for */
export function refusalOf(entity: ErrorEntity, sent: string): KsqlRequestError {
  const { error_code: code, message, statementText } = entity
  return new KsqlRequestError({
    code,
    serverMessage: message,
    place: saidPlace(message) ?? (statementText === undefined ? null : placeOf(sent, statementText)),
    fix: FIXES[code] ?? OTHERWISE,
    statement: statementText ?? null,
  })
}

export function isErrorEntity(value: unknown): value is ErrorEntity {
  return typeof value === 'object' && value !== null && 'error_code' in value && 'message' in value
}

function saidPlace(message: string): Pick<Position, 'line' | 'column'> | null {
  for (const pattern of PLACES) {
    const match = pattern.exec(message)
    if (match !== null) return { line: Number(match[1]), column: Number(match[2]) }
  }
  return null
}
