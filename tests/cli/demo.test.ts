import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { gpumon, outcome, start } from './gpumon.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gpumon-cli-demo-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const rowsOf = (path: string) => readFileSync(path, 'latin1').split('\r\n').slice(1, -1)
const readings = (path: string) => rowsOf(path).map((row) => row.slice(row.indexOf(',')))

describe('gpumon demo', () => {
  test('writes as many readings as asked for, the same for the same seed', async () => {
    const [one, two, other] = ['one', 'two', 'other'].map((name) => join(scratch, `${name}.txt`))
    const args = ['demo', '--rows', '20', '--speed', '500']
    await Promise.all([
      gpumon(...args, '--seed', '7', '--output', one),
      gpumon(...args, '--seed', '7', '--output', two),
      gpumon(...args, '--seed', '8', '--output', other),
    ])
    expect(readings(one)).toHaveLength(20)
    expect(readings(two)).toEqual(readings(one))
    expect(readings(other)).not.toEqual(readings(one))
  })

  test.skipIf(process.platform === 'win32')('ends in order at Ctrl-C, with whole lines', async () => {
    const path = join(scratch, 'live.txt')
    const child = start(['demo', '--speed', '100', '--output', path])
    const ended = outcome(child)
    while ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < 10_000)
      await new Promise((next) => setTimeout(next, 20))
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0 })
    expect(readFileSync(path, 'latin1').endsWith(',\r\n')).toBe(true)
  })
})
