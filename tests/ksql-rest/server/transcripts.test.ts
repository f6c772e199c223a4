import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeWithShared } from '../../shared.ts'
import { served } from '../served.ts'
import { type Json, parsed, scalarsOf, shapeOf } from './shape.ts'

interface Exchange {
  readonly name: string
  readonly note?: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers: Record<string, string>
    readonly body: Json
  }
  readonly response: { readonly status: number; readonly headers: Record<string, string>; readonly body: Json }
}

/** What differs on purpose, or must: values at `path` (of the exchanges `only`) are not compared, only their types are. */
const VALUES: readonly { readonly path: RegExp; readonly only?: RegExp; readonly reason: string }[] = [
  { path: /KsqlServerInfo\.(version|kafkaClusterId|ksqlServiceId)$/, reason: 'details of the host' },
  { path: /\.(statementText|queryString|statement)$/, reason: 'statements come as they were sent, not printed anew' },
  { path: /(\.queryId|\.id|\.groupId)$/, reason: 'ids are counted, not offsets in a topic of commands' },
  { path: /\.message$/, only: /several statements|status of a command/, reason: 'the message has the id of the query' },
  { path: /\.commandSequenceNumber$/, reason: 'the topic of commands has markers of transactions between commands' },
  { path: /\.(author|description)$/, only: /describe function/, reason: 'our functions are described in our words' },
  { path: /\.arguments\[/, only: /describe function/, reason: 'our signatures have no names of arguments' },
  { path: /\.functions\[/, only: /functions?$/, reason: 'signatures are of other kinds: one has type variables' },
  { path: /\.message$/, only: /bad json/, reason: 'the words are those of another JSON parser' },
]

/** Where even the shape differs. */
const SHAPES: Readonly<Record<string, string>> = {
  clusterStatus: 'there is no cluster here, so the path is like any other wrong one: the 404 says "Not Found"',
}

/** Content types: ksqlDB leaves them out of errors that are not of a statement; ours say what they carry. */
const UNTYPED: Readonly<Record<string, string>> = { '{': 'application/json', N: 'text/plain; charset=UTF-8' }

/** Our messages end with a fix, and may begin with a place; ksqlDB's may say in front where in planning it failed. */
const PREFIX = /^(Could not determine output schema for query due to error: |Exception while preparing statement: )/

/** Records that a query has read are not kept in process, so a push query must be there before they come. */
const ASKED_FIRST = ['push query delimited', 'push query with limit', 'legacy query']
const BEFORE = 'insert values'

describeWithShared('what a real server answered', (shared) => {
  const exchanges = JSON.parse(readFileSync(join(shared, 'ksqldb/rest/transcripts.json'), 'utf8')) as Exchange[]

  test('this server answers alike, exchange by exchange', async () => {
    const { url, faults } = await served()
    const asked = new Map<string, Response>()
    const seen: string[] = []
    for (const exchange of exchanges) {
      const { name, response } = exchange
      if (name === BEFORE) {
        for (const early of exchanges.filter((e) => ASKED_FIRST.includes(e.name)))
          asked.set(early.name, await ask(url, early))
      }
      const answer = asked.get(name) ?? (await ask(url, exchange))
      const text = exchange.note === undefined ? await answer.text() : await firstLines(answer, 4)
      expect(answer.status, name).toBe(response.status)
      compareTypes(exchange, answer, text)
      compareBodies(exchange, parsed(text))
      seen.push(name)
    }
    expect(seen).toHaveLength(55)
    expect(faults).toEqual([])
  })
})

function ask(url: string, { request }: Exchange): Promise<Response> {
  const { method, path, headers, body } = request
  const sent = body === null ? null : typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(url + path, { method, headers, body: sent, signal: AbortSignal.timeout(10_000) })
}

async function firstLines(answer: Response, count: number): Promise<string> {
  let text = ''
  for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.split('\n').length > count) break
  }
  return text
}

function compareTypes({ name, response }: Exchange, answer: Response, text: string): void {
  const recorded = response.headers['content-type'] ?? UNTYPED[text[0]]
  if (!(name in SHAPES)) expect(answer.headers.get('content-type'), name).toBe(recorded)
}

function compareBodies({ name, response }: Exchange, ours: Json): void {
  const recorded = typeof response.body === 'string' ? parsed(response.body) : response.body
  if (name in SHAPES) return
  expect(shapeOf(ours), name).toBe(shapeOf(recorded))
  const values = scalarsOf(ours)
  for (const [path, value] of scalarsOf(recorded)) {
    if (VALUES.some((v) => v.path.test(path) && (v.only === undefined || v.only.test(name)))) continue
    const our = values.get(path)
    if (path === '.message' && response.status === 400) expect(our, name).toContain(String(value).replace(PREFIX, ''))
    else expect(our, `${name} ${path}`).toEqual(value)
  }
}
