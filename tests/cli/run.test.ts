import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { Simulator } from '../../gpuz/simulator/simulator.ts'
import { writeLiveLog, writeLog } from '../../gpuz/simulator/write-log.ts'
import { describeWithShared } from '../shared.ts'
import { gpumon, outcome, start } from './gpumon.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gpumon-cli-run-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(scratch, name)
  writeFileSync(path, content)
  return path
}

async function simulated(name: string, rows: number): Promise<string> {
  const path = join(scratch, name)
  await writeLog(path, rows, { seed: 1, start: Date.UTC(2024, 5, 1, 12), timezone: 'UTC' })
  return path
}

describe('gpumon run', () => {
  test('tells a person of alerts, what to do, and sums up', async () => {
    const path = await simulated('gaming-pc.txt', 600)
    const { code, stdout } = await gpumon('run', path, '--once', '--timezone', 'UTC')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /2024-06-01 12:\d\d:\d\d to \d\d:\d\d:\d\d {2}gaming-pc {2}.*GPU Temperature reached 9\d(\.\d)? °C \(limit/,
    )
    expect(stdout).toContain('  → ')
    expect(stdout).toMatch(/Summary\n {2}readings {3}600 in /)
  })

  test('prints nothing but one JSON object with --json', async () => {
    const path = await simulated('json.txt', 600)
    const { code, stdout } = await gpumon('run', path, '--json')
    expect(code).toBe(0)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    const result = JSON.parse(stdout)
    expect(Object.keys(result)).toEqual(['rows', 'rejects', 'alerts', 'episodes', 'windows', 'seconds'])
    expect(result).toMatchObject({ rows: 600, rejects: 0 })
    const simulator = new Simulator(1)
    let hot = 0
    for (let row = 0; row < 600; row++) {
      simulator.step(1)
      // As logged: one decimal.
      if (Math.round(10 * simulator.gpu.die) / 10 > 85) hot++
    }
    expect(result.alerts['gpu-hot'] + (result.alerts['gpu-critical'] ?? 0)).toBeGreaterThanOrEqual(hot)
  })

  test('takes several logs as several devices, and the logs of a .zip', async () => {
    const one = await simulated('one.txt', 60)
    const zip = file(
      'logs.zip',
      zipSync({
        'two.txt': strToU8('        Date        , GPU Load [%] ,\r\n2024-06-01 12:00:00 ,         99   ,\r\n'),
        'a.png': strToU8('x'),
      }),
    )
    const { code, stdout, stderr } = await gpumon('run', one, zip, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ rows: 61 })
    expect(stderr).toContain('a.png is left out: not a text file')
  })

  test.each([
    [
      'a picture',
      file('picture.txt', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])),
      /is no GPU-Z sensor log: it is a PNG picture/,
    ],
    [
      'a text',
      file('text.txt', 'Dear diary,\nnothing was hot today.\n'),
      /is no GPU-Z sensor log: it begins with "Dear diary/,
    ],
    ['an empty file', file('empty.txt', ''), /is no GPU-Z sensor log: it is empty/],
    ['a missing file', join(scratch, 'missing.txt'), /missing\.txt: no such file or folder; check the path/],
    ['a folder', scratch, /it is a folder; give the path of a file/],
  ])('says why %s is no log and what one looks like', async (_, path, says) => {
    const { code, stdout, stderr } = await gpumon('run', path, '--once')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(says)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test.skipIf(process.platform === 'win32')('ends quietly when its reader has enough', async () => {
    const path = await simulated('piped.txt', 20_000)
    const program = resolve(import.meta.dirname, '..', '..', 'dist', 'cli', 'gpumon.js')
    const piped = spawnSync('sh', ['-c', `"${process.execPath}" "${program}" run --once "${path}" | head -n 1`], {
      encoding: 'utf8',
    })
    expect(piped.stderr).not.toMatch(/EPIPE|Error/)
  })

  test.skipIf(process.platform === 'win32')('follows a log until Ctrl-C, then sums up', async () => {
    const path = await simulated('followed.txt', 100)
    const child = start(['run', path, '--follow', '--json'])
    const ended = outcome(child)
    await new Promise((next) => setTimeout(next, 1_500))
    const later = Date.UTC(2024, 5, 1, 13)
    await writeLiveLog(path, { seed: 2, start: later, timezone: 'UTC', rows: 5, speed: 1_000 })
    await new Promise((next) => setTimeout(next, 1_500))
    child.kill('SIGINT')
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ rows: 105 })
  })
})

describeWithShared('gpumon run on real logs', (shared) => {
  test.each([
    ['nvidia-gtx1080ti-2026-before.txt', 1182],
    ['nvidia-pascal-2018-utf16be.txt', 1868],
    ['intel-irisxe-2024-headerless.txt', 1],
  ])('%s has %i rows', async (name, rows) => {
    const { code, stdout } = await gpumon('run', join(shared, 'gpuz', 'logs', name), '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ rows, rejects: 0 })
  })
})
