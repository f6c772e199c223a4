import type { SqlLine } from './api.ts'
import type { PageModel } from './model.ts'

/** What a statement produces, a line of JSON each, as fast as the page reads them; the query ends when the page goes away. */
export function sqlResponse(model: PageModel, text: string): Response {
  const ended = new AbortController()
  const lines = model.sql(text, ended.signal)[Symbol.asyncIterator]()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await lines.next()
        if (ended.signal.aborted) return
        if (next.done) controller.close()
        else controller.enqueue(asLine(next.value))
      } catch (error) {
        if (ended.signal.aborted) return
        // The status has been sent long ago: the last line has to tell.
        controller.enqueue(asLine({ error: error instanceof Error ? error.message : String(error) }))
        controller.close()
      }
    },
    cancel: () => ended.abort(),
  })
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } })
}

/** BIGINT is text in JSON where JavaScript's numbers end. */
function asLine(line: SqlLine): Uint8Array {
  const text = JSON.stringify(line, (_key, value: unknown) =>
    typeof value === 'bigint' ? (Number.isSafeInteger(Number(value)) ? Number(value) : String(value)) : value,
  )
  return Buffer.from(`${text}\n`)
}
