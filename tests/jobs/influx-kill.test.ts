import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Database, rows } from '../store/database.ts'
import { append, prepare, putEpisode } from './influx-data.ts'
import { describeWithInflux, Influxd, ORG, TOKEN } from './influxd.ts'

const root = resolve(import.meta.dirname, '../..')
/** The built job in a process of its own, which opens the store as a run does. */
const PROGRAM = `
const [, , path, url, built] = process.argv
const { InfluxExport } = await import(built + '/jobs/influx.js')
const { openSession } = await import(built + '/store/session.js')
const store = await openSession({ path })
const options = { url, org: '${ORG}', bucket: 'gpu', token: '${TOKEN}' }
console.log(JSON.stringify(await new InfluxExport(options).run(await store.connect(), AbortSignal.abort())))
await store.close()`

describeWithInflux('a killed export', () => {
  const influxd = new Influxd()
  beforeAll(() => influxd.start(), 60_000)
  afterAll(() => influxd.remove())

  test('goes on with nothing lost, before and after the server has stored a batch', { timeout: 120_000 }, async () => {
    const database = await Database.create()
    const connection = await database.open()
    await prepare(connection)
    await append(connection, Date.now() - 86_400_000, 9_000)
    for (let id = 1; id <= 20; id++) {
      await putEpisode(connection, id, { started: Date.now() - id * 60_000, seconds: id, open: id % 5 === 0 })
    }
    const [expected] = await rows(
      connection,
      `SELECT (SELECT count(gpu_temperature)::DOUBLE FROM readings), (SELECT count(*)::DOUBLE FROM minutes), (SELECT count(*)::DOUBLE FROM episodes)`,
    )
    database.close()
    const program = `${database.path}.mjs`
    writeFileSync(program, PROGRAM)

    let killAt = 0
    let requests = 0
    let kill = () => {}
    // Stands between the job and influxd and passes everything on; it kills the job at a chosen request.
    const proxy = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const fatal = ++requests === killAt
      if (fatal && killAt % 2 === 0) return kill()
      const { authorization, 'content-encoding': encoding, 'content-type': type } = request.headers
      const answer = await fetch(`${influxd.url}${request.url}`, {
        method: 'POST',
        headers: {
          authorization: authorization!,
          'content-type': type!,
          ...(encoding && { 'content-encoding': encoding }),
        },
        body: Buffer.concat(chunks),
      })
      if (fatal) return kill()
      response.writeHead(answer.status).end(await answer.text())
    })
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`

    let kills = 0
    let output = ''
    for (const at of [1, 2, 3, 2, 5, 1, 0]) {
      killAt = at
      requests = 0
      const built = pathToFileURL(resolve(root, 'dist')).href
      const child = spawn(process.execPath, [program, database.path, url, built], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      kill = () => child.kill('SIGKILL')
      child.stdout.on('data', (chunk) => {
        output += chunk
      })
      const [code, signal] = await new Promise<[number | null, string | null]>((done) =>
        child.once('close', (...end) => done(end)),
      )
      if (at === 0) expect(code).toBe(0)
      else if (signal === 'SIGKILL') kills++
    }
    proxy.close()
    expect(kills).toBe(6)
    expect(JSON.parse(output)).toMatchObject({ refused: 0, complete: true })
    expect([
      await influxd.count('gpu_reading', 'gpu_temperature'),
      await influxd.count('gpu_minute', 'gpu_temperature_avg'),
      await influxd.count('gpu_episode', 'count'),
    ]).toEqual(expected)
    database.remove()
  })
})
