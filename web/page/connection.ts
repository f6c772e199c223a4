import type { LiveEvent } from '../model.ts'

const EVENTS: readonly LiveEvent['event'][] = ['readings', 'episode', 'pipeline', 'limits', 'devices']

/** Listens to the server's events; the browser connects again by itself when the connection is lost. */
export function connect(handlers: {
  readonly onEvent: (event: LiveEvent) => void
  readonly onLost: () => void
  /** connected, also anew: what happened in between was missed */
  readonly onConnected: () => void
}): void {
  const source = new EventSource('/api/live')
  source.addEventListener('open', handlers.onConnected)
  source.addEventListener('error', handlers.onLost)
  for (const event of EVENTS)
    source.addEventListener(event, ({ data }: MessageEvent<string>) => {
      handlers.onEvent((data === '' ? { event } : { event, data: JSON.parse(data) }) as LiveEvent)
    })
}
