import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { compose, root } from './compose-file.ts'

/** The page's command and health check as docker-compose.yml has them, with a folder and a port of this machine in place of the container's. */
describe('the page of the demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpumon-page-'))
  const { command = [], healthcheck } = compose.services['page']
  let port = 0
  let page: ChildProcess
  const here = (text: string) => text.replaceAll('/logs', folder).replaceAll('8790', String(port))
  const health = (token: string) => {
    const [, node, ...args] = healthcheck?.test ?? []
    return spawnSync(node, args.map(here), { env: { ...process.env, GPUMON_TOKEN: token }, timeout: 10_000 }).status
  }

  beforeAll(async () => {
    writeFileSync(join(folder, 'demo.txt'), 'of the start before')
    port = await freePort()
    const env = { ...process.env, GPUMON_TOKEN: 'secret', TMPDIR: folder }
    page = spawn('sh', ['-c', ...command.map(here)], { cwd: root, env, stdio: 'ignore' })
    for (let i = 0; i < 100 && health('secret') !== 0; i++) await sleep(100)
  }, 60_000)
  afterAll(() => {
    page.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  test('is healthy with its token', () => {
    expect(health('secret')).toBe(0)
  })

  test('is not without', () => {
    expect(health('guess')).not.toBe(0)
  })

  test('writes the log that the producer follows, and keeps its store on the volume, not in memory', () => {
    const { command: follows = [], volumes = [] } = compose.services['producer']
    expect(follows[1]).toBe('/logs/demo.txt')
    expect(volumes).toContain('logs:/logs:ro')
    expect(existsSync(here(follows[1]))).toBe(true)
    const { environment = {} } = compose.services['page']
    expect(environment['TMPDIR']).toBe('/logs')
    expect(readdirSync(folder).some((name) => name.startsWith('gpumon-demo-'))).toBe(true)
  })
})
