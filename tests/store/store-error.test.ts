import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, describe, expect, test } from 'vitest'
import { openSession } from '../../store/session.ts'
import { openStore } from '../../store/store.ts'
import { StoreError } from '../../store/store-error.ts'
import { smallDisk } from './small-disk.ts'

const folder = mkdtempSync(join(tmpdir(), 'gpumon-store-error-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const options = (path: string) => ({ path, zone: 'UTC', simulated: false })

async function newStore(name: string): Promise<string> {
  const path = join(folder, name)
  const store = await openStore(options(path))
  store.close()
  return path
}

async function changed(name: string, sql: string): Promise<string> {
  const path = join(folder, name)
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
  return path
}

/** What opening says, which must be a StoreError that names the file. */
async function refusal(path: string): Promise<StoreError> {
  const error: unknown = await openSession(options(path)).then(
    async (session) => {
      await session.close()
      throw new Error(`${path} could be opened`)
    },
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(StoreError)
  expect((error as StoreError).message).toContain(path)
  return error as StoreError
}

describe('a store that cannot be opened says why, and what to do', () => {
  const damaged = /the file is damaged, or is no store \(.*Move it away: the logs are still there/s

  test.each([0, 5, 100_000])('%i random bytes', async (size) => {
    const path = join(folder, `random-${size}`)
    writeFileSync(path, randomBytes(size))
    expect((await refusal(path)).message).toMatch(damaged)
  })

  test.each([
    ['checksum', 0],
    ['magic', 8],
    ['version', 12],
    ['first header', 4096],
    ['second header', 8192],
    ['first block', 12_288],
  ])('a store whose %s was overwritten', async (part, offset) => {
    const path = await newStore(part)
    const bytes = readFileSync(path)
    // both headers: one that is whole is enough for DuckDB
    for (const at of offset === 4096 || offset === 8192 ? [4096, 8192] : [offset])
      for (let i = 0; i < 16; i++) bytes[at + i] ^= 0xa5
    writeFileSync(path, bytes)
    expect((await refusal(path)).message).toMatch(damaged)
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  test('a store of a newer program', async () => {
    const path = await changed(await newStore('newer').then(() => 'newer'), 'UPDATE store SET version = 99')
    const { message, fix } = await refusal(path)
    expect(message).toContain(`${path} has version 99; this gpumon reads version 2`)
    expect(fix).toBe('Use the newer gpumon. Name another store with --store')
  })

  test('a store of an older program', async () => {
    const path = await changed(await newStore('older').then(() => 'older'), 'UPDATE store SET version = 0')
    expect((await refusal(path)).fix).toBe('Name another store with --store, and run the logs again')
  })

  test('a DuckDB database that is no store', async () => {
    const { message, fix } = await refusal(await changed('other', 'CREATE TABLE mine (a INTEGER)'))
    expect(message).toContain('is a DuckDB database, but no store of gpumon')
    expect(fix).toBe('Name another store with --store')
  })

  test('a store that another process has open', async () => {
    const path = await newStore('held')
    const script = `import { DuckDBInstance } from '@duckdb/node-api'
      globalThis.held = await DuckDBInstance.create(process.argv[1])
      console.log('open')
      setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve))
      const { message, fix } = await refusal(path)
      expect(message).toContain('another process has the store open')
      expect(fix).toBe('End it, or name another store with --store')
    } finally {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    }
    await (await openSession(options(path))).close()
  })

  test('a folder that is not there, whatever its name', async () => {
    const path = join(folder, 'no space left, permission denied', 'store.duckdb')
    const { message, fix } = await refusal(path)
    expect(message).toContain('the folder of the store is not there')
    expect(fix).toBe('Make the folder, or name another store with --store')
  })

  test('a damaged file in a folder with a misleading name', async () => {
    mkdirSync(join(folder, 'read-only directory'))
    const path = join(folder, 'read-only directory', 'store.duckdb')
    writeFileSync(path, randomBytes(9000))
    expect((await refusal(path)).message).toMatch(damaged)
  })

  test('a folder in place of the file', async () => {
    const { message, fix } = await refusal(folder)
    expect(message).toContain('it is a folder')
    expect(fix).toBe('Give the path of a file with --store')
  })

  test('a read-only disk, with a store and without', async ({ skip }) => {
    const disk = smallDisk(8)
    if (disk === null) return skip()
    try {
      const path = join(disk.path, 'store.duckdb')
      const store = await openStore(options(path))
      store.close()
      disk.remount('ro')
      for (const name of ['store.duckdb', 'new.duckdb']) {
        const { message, fix } = await refusal(join(disk.path, name))
        expect(message).toContain('the store cannot be written')
        expect(fix).toContain('Give write permission to the file and its folder')
      }
      expect(existsSync(join(disk.path, 'new.duckdb'))).toBe(false)
    } finally {
      disk.remove()
    }
  })
})
