import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { start } from '../cli/gpumon.ts'
import { freePort } from '../free-port.ts'
import { compose } from './compose-file.ts'

/** The page's command and health check as docker-compose.yml has them, with a folder and a port of this machine in place of the container's. */
describe('the page of the demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpumon-page-'))
  const { command = [], healthcheck } = compose.services['page']
  const log = join(folder, 'demo.txt')
  let port = 0
  let page: ChildProcess
  const here = (text: string) => text.replaceAll('/logs', folder).replaceAll('8790', String(port))
  const health = (token: string) => {
    const [, node, ...args] = healthcheck?.test ?? []
    return spawnSync(node, args.map(here), { env: { ...process.env, GPUMON_TOKEN: token }, timeout: 10_000 }).status
  }
  const startPage = async () => {
    page = start(command.map(here), { GPUMON_TOKEN: 'secret' })
    page.stdout?.resume()
    page.stderr?.resume()
    for (let i = 0; i < 100 && health('secret') !== 0; i++) await sleep(100)
  }

  beforeAll(async () => {
    port = await freePort()
    await startPage()
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

  test('keeps log and store on the volume, where the producer follows the log', () => {
    const { command: follows = [], volumes = [] } = compose.services['producer']
    expect(follows[1]).toBe('/logs/demo.txt')
    expect(volumes).toContain('logs:/logs:ro')
    expect(compose.services['page'].volumes).toEqual(['logs:/logs'])
    expect(command.filter((part) => part.startsWith('/'))).toEqual(['/logs/demo.txt', '/logs/demo.duckdb'])
  })

  test('killed and started again, goes on with the same log and store', async () => {
    const rows = async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/state`, {
        headers: { cookie: `gpumon-${port}=secret` },
      })
      const { devices } = (await response.json()) as { devices: { rows: number }[] }
      return devices[0]?.rows ?? 0
    }
    const untilMoreThan = async (count: number) => {
      while ((await rows()) <= count) await sleep(100)
    }
    await untilMoreThan(3_600)
    const [before, written] = [await rows(), readFileSync(log)]
    page.kill('SIGKILL')
    await startPage()
    expect(health('secret')).toBe(0)
    expect(await rows()).toBeGreaterThan(3_600)
    await untilMoreThan(before)
    expect(readFileSync(log).subarray(0, written.length).equals(written)).toBe(true)
  }, 60_000)
})
