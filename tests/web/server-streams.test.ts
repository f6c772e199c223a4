import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type PageServer, servePage } from '../../web/server.ts'
import { StandInModel } from './stand-in/model.ts'

const model = new StandInModel(600)
let server: PageServer

beforeAll(async () => {
  server = await servePage({ model, port: 0, onFault: (error) => expect.unreachable(String(error)) })
})
afterAll(() => server.close())

/** Reads a stream until its text matches. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, pattern: RegExp): Promise<string> {
  let text = ''
  while (!pattern.test(text)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`the stream ended without ${pattern}: ${text}`)
    text += new TextDecoder().decode(value)
  }
  return text
}

async function open(path: string, init: RequestInit = {}) {
  const controller = new AbortController()
  const response = await fetch(server.url + path, { ...init, signal: controller.signal })
  if (response.body === null) throw new Error('no body')
  return { response, reader: response.body.getReader(), close: () => controller.abort() }
}

test('live events arrive as they happen, in order, each by its name', async () => {
  const { response, reader, close } = await open('api/live')
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  await readUntil(reader, /: connected\n\n/)
  model.step(1_000)
  model.emit({ event: 'devices' })
  const text = await readUntil(reader, /event: devices\ndata: \n\n/)
  expect(text).toMatch(/^event: readings\ndata: \{"device":"bench-pc","t":\[1000\],.*\}\n\nevent: devices\n/)
  close()
})

test('a page that leaves is forgotten', async () => {
  await expect.poll(() => model.listeners).toBe(0)
  const { reader, close } = await open('api/live')
  await readUntil(reader, /connected/)
  expect(model.listeners).toBe(1)
  close()
  await expect.poll(() => model.listeners).toBe(0)
})

test('a heartbeat keeps a silent connection', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const { reader, close } = await open('api/live')
    await readUntil(reader, /connected/)
    vi.advanceTimersByTime(10_000)
    await readUntil(reader, /: heartbeat\n\n/)
    close()
  } finally {
    vi.useRealTimers()
  }
})

test('a page that does not read is cut off instead of being buffered for', async () => {
  await expect.poll(() => model.listeners).toBe(0)
  const { reader, close } = await open('api/live')
  await readUntil(reader, /connected/)
  const notice = 'x'.repeat(1_000_000)
  for (let i = 0; i < 60 && model.listeners > 0; i++) {
    model.emit({ event: 'pipeline', data: { ...(await model.pipeline()), notices: [notice] } })
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(model.listeners).toBe(0)
  close()
})

test('a push query goes on until the page stops it, and then it ends', async () => {
  const body = JSON.stringify({ sql: 'SELECT * FROM t EMIT CHANGES;' })
  const { reader, close } = await open('api/sql', { method: 'POST', body })
  await readUntil(reader, /(.*"row".*\n){10}/)
  expect(model.asked.some(({ method }) => method === 'sql ended')).toBe(false)
  close()
  await expect.poll(() => model.asked.at(-1)?.method).toBe('sql ended')
})

test('a statement at fault gives a line with place and fix', async () => {
  const { reader } = await open('api/sql', { method: 'POST', body: '{"sql":"SELCT 1;"}' })
  expect(JSON.parse(await readUntil(reader, /\n/))).toEqual({
    error: 'there is no statement SELCT',
    line: 1,
    column: 1,
    fix: 'Write SELECT.',
  })
})
