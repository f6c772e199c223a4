/** A signal that Ctrl-C or a service manager's stop aborts, so that work can end in order; a second Ctrl-C ends it at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort())
  return controller.signal
}
