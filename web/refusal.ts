/** What was asked cannot be answered, and the fault is in the question: the page gets `{error, fix?}` with this status. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: 400 | 403 | 404
  readonly fix: string | undefined

  /**
   * @param status 400: what was asked is wrong; 403: not allowed to ask; 404: there is no such thing
   * @param message names the parameter and its value
   * @param fix what to do instead
   */
  constructor(status: 400 | 403 | 404, message: string, fix?: string) {
    super(message)
    this.status = status
    this.fix = fix
  }
}
