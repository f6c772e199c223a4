/**
 * A question that cannot be answered as it was asked. `unknown`: it names what the store has not got; `invalid`: it makes no sense. The message
 * says what is wrong with which value, `fix` what to ask instead.
 */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly kind: 'unknown' | 'invalid'
  readonly fix: string

  constructor(kind: 'unknown' | 'invalid', message: string, fix: string) {
    super(message)
    this.kind = kind
    this.fix = fix
  }
}
