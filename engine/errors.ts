/** A place in SQL text: 1-based line and column (in UTF-16 units), and the offset from the start of the text. */
export interface Position {
  readonly line: number
  readonly column: number
  readonly offset: number
}

export type KsqlErrorKind = 'syntax' | 'semantic' | 'runtime'

export interface KsqlErrorDetails {
  readonly position?: Position | undefined
  /** what to write instead, one sentence */
  readonly fix?: string | undefined
  /** the text of the statement that failed */
  readonly statement?: string | undefined
  /** the statement as ksqlDB prints it, where it has a SELECT whose sources are known */
  readonly printed?: string | undefined
  readonly cause?: unknown
}

/**
 * The only error the engine throws on purpose.
 * `syntax`: the text is no ksqlDB statement; `semantic`: it is one, but cannot be planned; `runtime`: a record broke a running query.
 */
export class KsqlError extends Error {
  override readonly name = 'KsqlError'
  readonly kind: KsqlErrorKind
  readonly position: Position | undefined
  readonly fix: string | undefined
  readonly statement: string | undefined
  readonly printed: string | undefined

  constructor(kind: KsqlErrorKind, message: string, details: KsqlErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.position = details.position
    this.fix = details.fix
    this.statement = details.statement
    this.printed = details.printed
  }

  get line(): number | undefined {
    return this.position?.line
  }

  get column(): number | undefined {
    return this.position?.column
  }
}

/** Shorthand for a refusal while planning. Without a position its statement's is taken. */
export function semanticError(message: string, position: Position | undefined, fix: string): KsqlError {
  return new KsqlError('semantic', message, { position, fix })
}

/** The error with a place, if it has none yet. */
export function located(error: unknown, at: Position | undefined): unknown {
  if (error instanceof KsqlError && error.position === undefined) {
    return new KsqlError(error.kind, error.message, {
      position: at,
      fix: error.fix,
      statement: error.statement,
      printed: error.printed,
      cause: error.cause,
    })
  }
  return error
}
