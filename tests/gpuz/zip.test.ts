import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { strToU8, Zip, ZipDeflate, type Zippable, zipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { isZip, openZip, type ZipMember } from '../../gpuz/zip.ts'
import { describeWithShared } from '../shared.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gpumon-zip-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

let files = 0
function zipped(content: Zippable): string {
  const path = join(scratch, `${files++}.zip`)
  writeFileSync(path, zipSync(content))
  return path
}

async function bytes(member: ZipMember): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of member.open()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('a .zip', () => {
  test('is told by its first bytes', () => {
    expect(isZip(readFileSync(zipped({ 'a.txt': strToU8('a') })))).toBe(true)
    expect(isZip(readFileSync(zipped({})))).toBe(true)
    expect(isZip(strToU8('        Date        ,'))).toBe(false)
    expect(isZip(new Uint8Array())).toBe(false)
  })

  test('gives several logs, in order, and says why it skips the rest', async () => {
    const path = zipped({
      'before.txt': strToU8('one'),
      runs: { 'after.LOG': strToU8('two'), 'GPU-Z Sensor Log': strToU8('three') },
      'screen.png': strToU8('png'),
      'inner.zip': strToU8('PK'),
      __MACOSX: { '._before.txt': strToU8('shadow') },
    })
    const { logs, skipped } = await openZip(path)
    expect(logs.map((log) => log.name)).toEqual(['before.txt', 'runs/after.LOG', 'runs/GPU-Z Sensor Log'])
    expect(await Promise.all(logs.map(async (log) => (await bytes(log)).toString()))).toEqual(['one', 'two', 'three'])
    expect(skipped).toEqual([
      { name: 'screen.png', reason: 'not a text file (.txt, .log, .csv)' },
      { name: 'inner.zip', reason: 'not a text file (.txt, .log, .csv)' },
    ])
  })

  test('gives back any bytes, stored or deflated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), fc.constantFrom(0, 6, 9), async (content, level) => {
        const { logs } = await openZip(zipped({ 'log.txt': [content, { level: level as 0 | 6 | 9 }] }))
        expect((await bytes(logs[0])).equals(content)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('packed as a stream, sizes behind the data, is read like any other', async () => {
    const parts: Uint8Array[] = []
    const zip = new Zip((error, part) => {
      if (error) throw error
      parts.push(part)
    })
    const member = new ZipDeflate('log.txt')
    zip.add(member)
    member.push(strToU8('a row, '), false)
    member.push(strToU8('another row'), true)
    zip.end()
    const path = join(scratch, 'streamed.zip')
    writeFileSync(path, Buffer.concat(parts))
    const { logs } = await openZip(path)
    expect((await bytes(logs[0])).toString()).toBe('a row, another row')
  })

  test('cut off anywhere is refused, never read in part', async () => {
    const whole = readFileSync(zipped({ 'log.txt': strToU8('x'.repeat(300)), 'b.txt': strToU8('y') }))
    for (let length = 0; length < whole.length; length += 7) {
      const path = join(scratch, 'cut.zip')
      writeFileSync(path, whole.subarray(0, length))
      await expect(openZip(path)).rejects.toThrow(/cut\.zip: .*copy or download it again/)
    }
  })

  test('with a damaged member names it', async () => {
    const path = zipped({ 'log.txt': [strToU8('a row of a log'), { level: 0 }] })
    const content = readFileSync(path)
    content[40] ^= 1
    writeFileSync(path, content)
    const { logs } = await openZip(path)
    await expect(bytes(logs[0])).rejects.toThrow(/log\.txt: damaged, its checksum does not match/)
  })

  test('with a broken deflate stream names the member', async () => {
    const path = zipped({ 'log.txt': [strToU8('row '.repeat(1_000)), { level: 9 }] })
    const content = readFileSync(path)
    content.fill(0xff, 38, 46)
    writeFileSync(path, content)
    const { logs } = await openZip(path)
    await expect(bytes(logs[0])).rejects.toThrow(/log\.txt: damaged after/)
  })

  test('that vanishes between listing and reading is an error', async () => {
    const path = zipped({ 'log.txt': strToU8('row') })
    const { logs } = await openZip(path)
    truncateSync(path, 0)
    await expect(bytes(logs[0])).rejects.toThrow(/no member at byte 0/)
  })
})

describeWithShared('a zipped real log', (shared) => {
  test('is streamed in pieces and equals the log', async () => {
    const original = readFileSync(join(shared, 'gpuz', 'logs', 'amd-vega64-2021-07.txt'))
    const { logs } = await openZip(zipped({ 'GPU-Z Sensor Log.txt': original }))
    const sizes: number[] = []
    const pieces: Uint8Array[] = []
    for await (const piece of logs[0].open()) {
      sizes.push(piece.length)
      pieces.push(piece)
    }
    expect(logs[0].size).toBe(original.length)
    expect(Buffer.concat(pieces).equals(original)).toBe(true)
    expect(Math.max(...sizes)).toBeLessThan(300_000)
  })
})
