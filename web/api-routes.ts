import type { Context } from 'hono'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { liveResponse } from './live.ts'
import type { PageModel } from './model.ts'
import { Query } from './query.ts'
import { Refusal } from './refusal.ts'
import { sqlResponse } from './sql-response.ts'

const JSON_BYTES_MAX = 1024 * 1024

/** The endpoints of web/api.ts, below /api. */
export function apiRoutes(model: PageModel): Hono {
  const api = new Hono()
  api.use(async (c, next) => {
    await next()
    c.header('cache-control', 'no-store')
  })

  api.get('/state', async (c) => c.json(await model.state()))
  api.get('/range', async (c) => {
    const query = new Query(c.req.url, ['device', 'sensors', 'from', 'to', 'pixels'])
    return c.json(await model.range(query.span(), query.list('sensors'), query.pixels()))
  })
  api.get('/statistics', async (c) => c.json(await model.statistics(spanOf(c))))
  api.get('/causes', async (c) => c.json(await model.causes(spanOf(c))))
  api.get('/episodes', async (c) => {
    const query = new Query(c.req.url, ['device', 'from', 'to'])
    const where = {
      device: query.optionalText('device'),
      from: query.optionalTime('from'),
      to: query.optionalTime('to'),
    }
    return c.json(await model.episodes(where))
  })
  api.get('/limits', async (c) => c.json(await model.limits()))
  api.put('/limits', bodyLimit({ maxSize: JSON_BYTES_MAX }), async (c) => {
    const { device, name, value } = await objectOf(c)
    if (value !== null && (typeof value !== 'number' || !Number.isFinite(value)))
      throw new Refusal(400, `"value" is ${JSON.stringify(value)}`, 'Give a number, or null for the default.')
    return c.json(await model.putLimit(nonEmpty('device', device), nonEmpty('name', name), value))
  })
  api.get('/sessions', async (c) => c.json(await model.sessions(new Query(c.req.url, ['device']).text('device'))))
  api.get('/compare', async (c) => {
    const query = new Query(c.req.url, ['deviceA', 'fromA', 'toA', 'deviceB', 'fromB', 'toB', 'pixels'])
    return c.json(await model.compare(query.span('A'), query.span('B'), query.pixels()))
  })
  api.get('/patterns', async (c) => {
    const query = new Query(c.req.url, ['device', 'sensor'])
    return c.json(await model.patterns(query.text('device'), query.text('sensor')))
  })
  api.get('/pipeline', async (c) => c.json(await model.pipeline()))
  api.get('/live', () => liveResponse(model))
  api.post('/logs', async (c) => {
    const query = new Query(c.req.url, ['name', 'timezone'])
    const { body } = c.req.raw
    if (body === null) throw new Refusal(400, 'the request has no body', 'The body is the log or the .zip.')
    return c.json(await model.addLog(fileName(query.text('name')), zone(query.text('timezone')), body))
  })
  api.post('/sql', bodyLimit({ maxSize: JSON_BYTES_MAX }), async (c) =>
    sqlResponse(model, nonEmpty('sql', (await objectOf(c))['sql'])),
  )
  api.all('*', (c) => {
    throw new Refusal(404, `there is no ${c.req.method} ${c.req.path}`)
  })
  return api
}

function spanOf(c: Context): { device: string; from: number; to: number } {
  return new Query(c.req.url, ['device', 'from', 'to']).span()
}

async function objectOf(c: Context): Promise<Readonly<Record<string, unknown>>> {
  const text = await c.req.text()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Refusal(400, `the body is no JSON: ${error instanceof Error ? error.message : error}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, `the body is no JSON object: ${text.slice(0, 40)}`)
  return Object.fromEntries(Object.entries(value))
}

function nonEmpty(name: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new Refusal(400, `"${name}" is ${JSON.stringify(value) ?? 'missing'}`, 'Give a text that is not empty.')
  return value
}

function fileName(name: string): string {
  if (/[/\\\p{Cc}]/u.test(name) || name === '.' || name === '..' || name.length > 255)
    throw new Refusal(400, `parameter "name" is "${name}"`, 'Give the name of a file without folders.')
  return name
}

function zone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    throw new Refusal(400, `parameter "timezone" is "${name}"`, 'Give an IANA zone, such as Europe/Berlin or UTC.')
  }
}
