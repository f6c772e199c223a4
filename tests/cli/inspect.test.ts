import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { describeWithShared } from '../shared.ts'
import { gpumon } from './gpumon.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gpumon-cli-inspect-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const LOG = [
  '        Date        , GPU Load [%] , GPU Temperature [°C] ,',
  '2024-06-01 12:00:00 ,         99   ,               61.0   ,',
  '2024-06-01 12:00:01 ,         98   ,                  -   ,',
  'someone wrote this',
  '',
].join('\r\n')

describe('gpumon inspect', () => {
  test('tells a person of encoding, rows, rejects and sensors', async () => {
    const path = join(scratch, 'small.txt')
    writeFileSync(path, LOG, 'latin1')
    const { code, stdout, stderr } = await gpumon('inspect', path, '--timezone', 'UTC')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('Windows code page')
    expect(stdout).toMatch(/rows +2, and 1 lines? that/)
    expect(stdout).toMatch(/gpu_temperature +GPU Temperature \[°C\] +61 +61 +1/)
  })

  test('prints nothing but one JSON object with --json, one entry a log, archives too', async () => {
    const path = join(scratch, 'logs.zip')
    writeFileSync(path, zipSync({ 'a.txt': Buffer.from(LOG, 'latin1'), 'b.txt': strToU8(LOG), 'c.png': strToU8('x') }))
    const { code, stdout, stderr } = await gpumon('inspect', path, '--json')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `${path}: c.png is left out: not a text file (.txt, .log, .csv)\n`,
    })
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(JSON.parse(stdout).logs).toMatchObject([
      { name: `${path}: a.txt`, encoding: 'windows', rows: 2, rejected: 1 },
      { name: `${path}: b.txt`, encoding: 'utf-8', rows: 2, rejected: 1 },
    ])
  })

  test('says why a file is no log', async () => {
    const path = join(scratch, 'diary.txt')
    writeFileSync(path, 'Dear diary\n')
    const { code, stdout, stderr } = await gpumon('inspect', path)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`${path} is no GPU-Z sensor log: it begins with "Dear diary`)
  })
})

describeWithShared('gpumon inspect on the real logs', (shared) => {
  test('counts the rows that FORMAT.md counts', async () => {
    const table = readFileSync(join(shared, 'gpuz', 'FORMAT.md'), 'utf8').matchAll(
      /^\| ([a-z0-9-]+) \| [^|]+ \| (\d+) \| (\d+) \|/gm,
    )
    const expected = [...table].map(([, name, rows, columns]) => ({
      name,
      rows: Number(rows),
      columns: Number(columns),
    }))
    expect(expected).toHaveLength(14)
    const paths = expected.map(({ name }) => join(shared, 'gpuz', 'logs', `${name}.txt`))
    const { code, stdout } = await gpumon('inspect', ...paths, '--json')
    expect(code).toBe(0)
    const logs: { rows: number; columns: unknown[] }[] = JSON.parse(stdout).logs
    expect(logs.map(({ rows, columns }, i) => ({ name: expected[i].name, rows, columns: columns.length + 1 }))).toEqual(
      expected,
    )
  })
})
