import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { benchFolder } from '../generated-log.ts'
import { untilRead, withProgram } from './program.ts'

const FILE = 'store.duckdb'

/**
 * Has the program read a log into a new store, which is kept in place of the last one of so many rows.
 * @returns its path, the wall clock from the start of the process to its end, s, and its greatest resident memory, MiB
 * @throws Error when other than `rows` readings are in the store
 */
export async function fillStore(
  log: string,
  rows: number,
): Promise<{ store: string; seconds: number; peakMiB: number | null }> {
  const folder = await folderOf(rows)
  const unfinished = `${folder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished)
  const path = join(unfinished, FILE)
  const begun = performance.now()
  const { peakMiB } = await withProgram([log, '--store', path], untilRead)
  const seconds = (performance.now() - begun) / 1000
  const stored = await readingsIn(path)
  if (stored !== rows) throw new Error(`${path} has ${stored} readings of the ${rows} in ${log}`)
  await rm(folder, { recursive: true, force: true })
  await rename(unfinished, folder)
  return { store: join(folder, FILE), seconds, peakMiB }
}

/** The store of a log as the program left it, filled now if it is not there. @returns its path */
export async function storeOf(log: string, rows: number): Promise<string> {
  const path = join(await folderOf(rows), FILE)
  if ((await stat(path).catch(() => null)) === null) {
    console.error(`filling ${path}, which is kept for the next run`)
    await fillStore(log, rows)
  }
  return path
}

async function folderOf(rows: number): Promise<string> {
  return join(await benchFolder(), `store-of-${rows}-rows`)
}

async function readingsIn(path: string): Promise<number> {
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const result = await connection.runAndReadAll('SELECT count(*) FROM readings')
  connection.closeSync()
  instance.closeSync()
  return Number(result.getRows()[0]?.[0])
}
