const FIRST_DELAY_MS = 1_000

/**
 * How long to wait before the next try, ms: exponential, half of it by chance, so that clients which failed together do not come back together
 * ("equal jitter", AWS Architecture Blog, Exponential Backoff And Jitter).
 * @param failures tries so far, 1 or more
 * @param longest ms
 */
export function backoff(failures: number, longest: number): number {
  const delay = Math.min(longest, FIRST_DELAY_MS * 2 ** (failures - 1))
  return delay / 2 + (Math.random() * delay) / 2
}

/**
 * ms that a Retry-After header asks to wait (RFC 9110, 10.2.3: seconds, or a date); 0 where there is none that can be read.
 * @param now ms since 1970-01-01 UTC
 */
export function retryAfter(header: string | null | undefined, now: number): number {
  const text = header?.trim() ?? ''
  // Discord gives fractions of a second.
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000
  const date = Date.parse(text)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now)
}

/** Whether a server that answers so may take the same request later. Redirects and other refusals stay what they are. */
export function mayPass(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429
}

/** Why a request got no answer, in the words of the system: undici hides them in the cause. */
export function noAnswer(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  const { cause } = error
  if (cause instanceof AggregateError && cause.errors.length > 0) return noAnswer(cause.errors[0])
  return cause instanceof Error ? cause.message : error.message
}
