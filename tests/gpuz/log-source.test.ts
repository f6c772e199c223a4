import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { type LogSource, logSources } from '../../gpuz/log-source.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gpumon-source-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function file(name: string, content: Uint8Array): string {
  const path = join(scratch, name)
  writeFileSync(path, content)
  return path
}

async function text(source: LogSource): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.open()) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('a path given as a log', () => {
  test('is one log, which can be read again', async () => {
    const path = file('log.txt', strToU8('row'))
    const { logs, skipped } = await logSources(path)
    expect(logs.map(({ name, size }) => ({ name, size }))).toEqual([{ name: path, size: 3 }])
    expect(skipped).toEqual([])
    expect(await text(logs[0])).toBe('row')
    expect(await text(logs[0])).toBe('row')
  })

  test('is several logs where it is a .zip, whatever it is called', async () => {
    const path = file('logs.txt', zipSync({ 'a.txt': strToU8('one'), 'b.txt': strToU8('two'), 'c.png': strToU8('') }))
    const { logs, skipped } = await logSources(path)
    expect(logs.map(({ name }) => name)).toEqual([`${path}: a.txt`, `${path}: b.txt`])
    expect(await Promise.all(logs.map(text))).toEqual(['one', 'two'])
    expect(skipped).toEqual([{ name: `${path}: c.png`, reason: 'not a text file (.txt, .log, .csv)' }])
  })

  test('may be empty', async () => {
    const { logs } = await logSources(file('empty.txt', new Uint8Array()))
    expect(await text(logs[0])).toBe('')
  })

  test('is refused where it is a .zip without a log, saying what it holds', async () => {
    await expect(logSources(file('pictures.zip', zipSync({ 'c.png': strToU8('') })))).rejects.toThrow(
      /no log in this \.zip; it holds c\.png \(not a text file.*Give a \.zip with/,
    )
    await expect(logSources(file('empty.zip', zipSync({})))).rejects.toThrow(/it holds nothing/)
  })
})
