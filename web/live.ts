import type { LiveEvent, PageModel } from './model.ts'

/** Proxies and browsers give up a connection on which nothing comes. */
const HEARTBEAT_MS = 10_000
/** A page that does not read this many bytes is cut off instead of being buffered for without end; it connects again and asks for everything anew. */
const BACKLOG_BYTES = 4 * 1024 * 1024

/** The model's events as Server-Sent Events (WHATWG HTML, "Server-sent events"), until the page goes away. */
export function liveResponse(model: PageModel): Response {
  let stop = () => {}
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (text: string) => {
          controller.enqueue(Buffer.from(text))
          if (controller.desiredSize !== null && controller.desiredSize <= 0) {
            stop()
            controller.close()
          }
        }
        const heartbeat = setInterval(() => send(': heartbeat\n\n'), HEARTBEAT_MS)
        const unsubscribe = model.subscribe((event) => send(asEvent(event)))
        stop = () => {
          clearInterval(heartbeat)
          unsubscribe()
        }
        // The first bytes make the browser say that the connection is open.
        send(': connected\n\n')
      },
      cancel: () => stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BACKLOG_BYTES }),
  )
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } })
}

function asEvent(event: LiveEvent): string {
  // JSON has no line breaks, so one data line is enough.
  return `event: ${event.event}\ndata: ${'data' in event ? JSON.stringify(event.data) : ''}\n\n`
}
