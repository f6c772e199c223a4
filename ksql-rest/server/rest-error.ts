import { KsqlError } from '../../engine/index.ts'
import type { ErrorCode, ErrorEntity } from '../protocol.ts'
import { ERROR_CODE } from '../protocol.ts'
import { maskedStatement } from './masked-statement.ts'

/** A refusal with the status and the error that ksqlDB gives. */
export class RestError extends Error {
  override readonly name = 'RestError'
  readonly entity: ErrorEntity

  /** @param statementText given: the error is that of a statement */
  constructor(code: ErrorCode, message: string, statementText?: string) {
    super(message)
    this.entity =
      statementText === undefined
        ? { '@type': 'generic_error', error_code: code, message }
        : { '@type': 'statement_error', error_code: code, message, statementText, entities: [] }
  }

  /** HTTP status: the code without its own two digits */
  get status(): number {
    return Math.floor(this.entity.error_code / 100)
  }
}

/** The fix, which ksqlDB has none of, is a line of its own. */
export function messageWithFix({ message, fix }: KsqlError): string {
  return fix === undefined ? message : `${message}\n${fix}`
}

/**
 * The engine's error as a server tells it, with its place where that is not the beginning of the statement.
 * @param sent the statements of the request, for errors that know no statement
 */
function statementError(error: KsqlError, sent: string): RestError {
  const { printed, statement = sent, position } = error
  const isInside = position !== undefined && position.offset !== sent.indexOf(statement)
  // syntax errors name their place themselves
  const place = isInside && error.kind === 'semantic' ? `Line: ${position.line}, Col: ${position.column}: ` : ''
  const text = printed === undefined && sent.trim() === statement ? statement : `${printed ?? statement};`
  return new RestError(ERROR_CODE.badStatement, place + messageWithFix(error), maskedStatement(text))
}

/** Whatever was thrown, as a refusal; `onFault` hears of what is not the fault of the request. */
export function asRestError(error: unknown, sent: string, onFault: (error: unknown) => void): RestError {
  if (error instanceof RestError) return error
  if (error instanceof KsqlError) return statementError(error, sent)
  onFault(error)
  return new RestError(ERROR_CODE.serverError, error instanceof Error ? error.message : String(error))
}
