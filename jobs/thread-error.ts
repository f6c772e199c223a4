import { NotALogError } from '../gpuz/not-a-log.ts'

/** An error from a thread that reads a log: errors lose their class on the way between threads. */
export function restored(error: unknown): unknown {
  if (error instanceof Error && error.name === 'NotALogError')
    return Object.setPrototypeOf(error, NotALogError.prototype)
  return error
}
