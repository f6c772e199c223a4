import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PageServer, servePage } from '../../web/server.ts'
import { FIRST_PIXELS } from '../../web/shown.ts'
import { request } from './request.ts'
import { StandInModel } from './stand-in/model.ts'

const model = new StandInModel(600)
const faults: unknown[] = []
const onFault = (error: unknown) => faults.push(error)
let server: PageServer
let port: string

beforeAll(async () => {
  server = await servePage({ model, port: 0, onFault })
  port = new URL(server.url).port
})
afterAll(() => server.close())

describe('answers', () => {
  test('the page, with a policy that allows its own scripts only', async () => {
    const answer = await request(server.url)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
  })

  test('the page with what it asks first already in it: the state, and of its first chart the readings', async () => {
    const now = await request(server.url)
    const { devices, limits } = await model.state()
    expect(embedded(now.body, 'state')).toMatchObject({ devices, limits })
    expect(embedded(now.body, 'range')).toBeNull()
    const charts = await request(`${server.url}?view=charts&last=5m&sensors=hot_spot,gpu_load,gpu_temperature`)
    const { device, t } = model.histories[0]
    const to = t.at(-1) ?? 0
    expect(model.asked.at(-1)).toEqual({
      method: 'range',
      arguments: [{ device, from: to - 300_000, to }, ['gpu_temperature', 'hot_spot'], FIRST_PIXELS],
    })
    expect(embedded(charts.body, 'range')).toMatchObject({ device, to })
    expect(charts.headers['cache-control']).toBe('no-store')
    expect(charts.body.trimEnd()).toMatch(/<\/html>$/)
  })

  test('the page whole, whatever a device is called', async () => {
    const named = new StandInModel(10)
    const name = '</script><script>alert(1)</script>'
    named.state = async () => ({ ...(await model.state()), version: name })
    const other = await servePage({ model: named, port: 0, onFault })
    try {
      const { body } = await request(other.url)
      expect(body).not.toContain('alert(1)</script>')
      expect(embedded(body, 'state')).toMatchObject({ version: name })
    } finally {
      await other.close()
    }
  })

  test('the state, never from a cache', async () => {
    const answer = await request(`${server.url}api/state`)
    const { pipeline, ...state } = JSON.parse(answer.body)
    expect({ ...state, pipeline: null }).toEqual({ ...(await model.state()), pipeline: null })
    expect(pipeline.rows).toBe(1_200)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  test('a range, asked of the model as the page asked for it', async () => {
    const { device, t } = model.histories[0]
    const query = new URLSearchParams({
      device,
      sensors: 'gpu_temperature,board_power',
      from: String(t[0]),
      to: String(t[99]),
      pixels: '500',
    })
    const answer = await request(`${server.url}api/range?${query}`)
    expect(JSON.parse(answer.body).t).toEqual(t.slice(0, 100))
    expect(model.asked.at(-1)).toEqual({
      method: 'range',
      arguments: [{ device, from: t[0], to: t[99] }, ['gpu_temperature', 'board_power'], 500],
    })
  })

  test('a log of several megabytes arrives whole, with its name and zone', async () => {
    const body = Buffer.alloc(5_000_000, 'GPU-Z\r\n')
    const query = new URLSearchParams({ name: 'GPU-Z Sensor Log.txt', timezone: 'Europe/Berlin' })
    const answer = await request(`${server.url}api/logs?${query}`, { method: 'POST', body })
    expect(answer.status).toBe(200)
    const log = model.logs.at(-1)
    expect([log?.name, log?.timezone]).toEqual(['GPU-Z Sensor Log.txt', 'Europe/Berlin'])
    expect(body.equals(log?.bytes ?? Buffer.alloc(0))).toBe(true)
  })

  test('a limit is put', async () => {
    const body = JSON.stringify({ device: 'bench-pc', name: 'board_power_max', value: 280 })
    const answer = await request(`${server.url}api/limits`, { method: 'PUT', body })
    expect(JSON.parse(answer.body).devices).toEqual({ 'bench-pc': { board_power_max: 280 } })
  })

  test('rows of a pull query as lines of JSON', async () => {
    const answer = await request(`${server.url}api/sql`, { method: 'POST', body: '{"sql":"SELECT * FROM t;"}' })
    const lines = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(6)
    expect(lines[0].columns[0]).toEqual({ name: 'DEVICE', type: 'STRING' })
    expect(lines[1].row[0]).toBe('bench-pc')
  })
})

describe('questions at fault are told what is wrong', () => {
  const range = (change: string) =>
    `api/range?device=bench-pc&sensors=gpu_load&from=1000&to=2000&pixels=100`.replace(...split(change))
  test.each([
    [range('pixels=100 → pixels=0'), 'parameter "pixels" is "0"'],
    [range('pixels=100 → pixels=1e9'), 'parameter "pixels" is "1e9"'],
    [range('from=1000 → from=yesterday'), 'parameter "from" is "yesterday"'],
    [range('from=1000 → from=3000'), 'parameter "from" (3000) is not before "to" (2000)'],
    [range('&to=2000 → '), 'parameter "to" is missing'],
    [range('sensors=gpu_load → sensors=a,,b'), 'parameter "sensors" has an empty item: "a,,b"'],
    [range('pixels=100 → pixels=100&pixels=2'), 'parameter "pixels" is given more than once'],
    ['api/episodes?form=12', 'there is no parameter "form" here'],
    ['api/patterns?device=&sensor=x', 'parameter "device" is empty'],
    [
      'api/compare?deviceA=a&fromA=1&toA=2&deviceB=b&fromB=9&toB=2&pixels=9',
      'parameter "fromB" (9) is not before "toB" (2)',
    ],
  ])('%s', async (path, error) => {
    const answer = await request(server.url + path)
    expect([answer.status, answer.json().error]).toEqual([400, error])
  })

  test.each([
    ['PUT', 'api/limits', '{"device":"bench-pc","name":"x","value":"hot"}', '"value" is "hot"'],
    ['PUT', 'api/limits', '{"name":"x","value":1}', '"device" is missing'],
    ['PUT', 'api/limits', '[1]', 'the body is no JSON object: [1]'],
    ['POST', 'api/sql', '{"sql":" "}', '"sql" is " "'],
    ['POST', 'api/logs?name=a.txt&timezone=Berlin', 'x', 'parameter "timezone" is "Berlin"'],
    ['POST', 'api/logs?name=..%2Fa.txt&timezone=UTC', 'x', 'parameter "name" is "../a.txt"'],
  ])('%s %s %s', async (method, path, body, error) => {
    const answer = await request(server.url + path, { method, body })
    expect([answer.status, answer.json().error]).toEqual([400, error])
  })

  test('what there is not is 404', async () => {
    expect((await request(`${server.url}api/sessions?device=nobody`)).json().error).toBe('there is no device "nobody"')
    for (const path of ['api/none', 'none.js', '..%2f..%2fpackage.json', 'assets/../../server.js'])
      expect((await request(server.url + path)).status, path).toBe(404)
  })
})

describe('only the page itself may ask', () => {
  test('another name for this address is refused: DNS rebinding', async () => {
    for (const host of [
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${Number(port) + 1}`,
      `127.0.0.1.evil.example:${port}`,
    ]) {
      const answer = await request(`${server.url}api/state`, { headers: { host } })
      expect(answer.status, host).toBe(403)
      expect(answer.json().error).toContain(`Host is "${host}"`)
    }
    expect((await request(`${server.url}api/state`, { headers: { host: `localhost:${port}` } })).status).toBe(200)
  })

  test('another origin is refused, also another port of this machine', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${Number(port) + 1}`,
      `https://127.0.0.1:${port}`,
    ]) {
      const answer = await request(`${server.url}api/sql`, {
        method: 'POST',
        headers: { origin },
        body: '{"sql":"SELECT 1;"}',
      })
      expect(answer.status, origin).toBe(403)
      expect(answer.json().error).toContain(origin)
    }
    const own = { origin: server.url.slice(0, -1), 'sec-fetch-site': 'same-origin' }
    expect((await request(`${server.url}api/state`, { headers: own })).status).toBe(200)
  })

  test('what another site makes a browser ask is refused, but a link to the page may be followed', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' }
      expect((await request(`${server.url}api/state`, { headers })).status).toBe(403)
      expect((await request(server.url, { headers })).status).toBe(403)
      const followed = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' }
      expect((await request(`${server.url}?view=charts`, { headers: followed })).status).toBe(200)
      expect((await request(`${server.url}api/state`, { headers: followed })).status).toBe(403)
    }
  })
})

describe('an address that other machines can reach', () => {
  test('needs a token', async () => {
    await expect(servePage({ model, host: '0.0.0.0', port: 0, onFault })).rejects.toThrow(
      '0.0.0.0 can be reached by other machines, and there is no token',
    )
    await expect(servePage({ model, port: 0, token: '', onFault })).rejects.toThrow('the token is empty')
  })

  test('lets in who gives the token, and keeps it in a cookie that neither scripts nor other sites can use', async () => {
    const guarded = await servePage({ model, port: 0, token: 'open sesame', onFault })
    try {
      const { origin, port: guardedPort } = new URL(guarded.url)
      expect((await request(`${origin}/`)).json().error).toBe('a token is needed')
      expect((await request(`${origin}/api/state`)).status).toBe(403)
      expect((await request(`${origin}/?token=open+sesam`)).json().error).toBe('the token is wrong')
      const entry = await request(`${guarded.url}&view=charts`)
      expect([entry.status, entry.headers.location]).toEqual([303, '/?view=charts'])
      const cookie = String(entry.headers['set-cookie'])
      expect(cookie).toMatch(new RegExp(`^gpumon-${guardedPort}=open%20sesame; Path=/; HttpOnly; SameSite=Strict$`))
      const headers = { cookie: cookie.split(';')[0] }
      expect((await request(`${origin}/api/state`, { headers })).status).toBe(200)
      expect((await request(`${origin}/api/state`, { headers: { cookie: `gpumon-${guardedPort}=x` } })).status).toBe(
        403,
      )
      const named = { host: 'gpu.lan', ...headers }
      for (const [own, status] of [
        ['http://gpu.lan', 200],
        ['https://gpu.lan', 200],
        ['https://evil.example', 403],
      ] as const)
        expect((await request(`${origin}/api/state`, { headers: { ...named, origin: own } })).status, own).toBe(status)
      expect((await request(`${origin}/api/state`, { headers: { host: 'gpu.lan' } })).json().error).toBe(
        'a token is needed',
      )
    } finally {
      await guarded.close()
    }
  })
})

test('a port that is taken is told, and no other is tried', async () => {
  await expect(servePage({ model, port: Number(port), onFault })).rejects.toThrow(
    `port ${port} of 127.0.0.1 is taken by another program`,
  )
})

test('a fault of ours is 500 and told to the owner', async () => {
  const broken = new StandInModel(10)
  broken.state = () => Promise.reject(new Error('disk full'))
  const failing = await servePage({ model: broken, port: 0, onFault })
  try {
    const answer = await request(`${failing.url}api/state`)
    expect([answer.status, answer.json().error]).toEqual([500, 'disk full'])
    expect(faults.at(-1)).toEqual(new Error('disk full'))
    faults.length = 0
    const page = await request(failing.url)
    expect(embedded(page.body, 'state')).toBeNull()
    expect(page.body.trimEnd()).toMatch(/<\/html>$/)
    expect(faults).toEqual([new Error('disk full')])
  } finally {
    await failing.close()
  }
})

/** What the document has in an element of that id; null: nothing. */
function embedded(document: string, id: 'state' | 'range'): unknown {
  const text = new RegExp(`<script id="${id}" type="application/json">(.*?)</script>`, 's').exec(document)?.[1]
  return text === undefined || text === '' ? null : JSON.parse(text)
}

function split(change: string): [string, string] {
  const [from, to] = change.split(' → ')
  return [from, to]
}
