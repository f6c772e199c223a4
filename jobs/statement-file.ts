import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type KsqlEngine, KsqlError, type StatementResult } from '../engine/index.ts'
import { packageRoot } from './package-root.ts'
import { StatementError } from './statement-error.ts'

/** A script of ksqlDB statements. */
export interface StatementFile {
  /** for messages */
  readonly name: string
  readonly text: string
}

/** The product's own stream logic: the files of ksql/, in the order of their numbers. */
export async function productStatements(): Promise<StatementFile[]> {
  const folder = join(packageRoot(), 'ksql')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ksql'))
  const inOrder = names.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  return Promise.all(inOrder.map((name) => readStatements(join(folder, name), `ksql/${name}`)))
}

/** @throws what the operating system says when the file cannot be read */
export async function readStatements(path: string, name = path): Promise<StatementFile> {
  return { name, text: (await readFile(path, 'utf8')).replace(/^\uFEFF/, '') }
}

/** @throws StatementError at the first statement that fails; what came before it stays in effect */
export function executeFile(engine: KsqlEngine, file: StatementFile): StatementResult[] {
  return placed(file, () => engine.execute(file.text))
}

/** Gives errors of the engine their place in a file. */
export function placed<T>(file: StatementFile, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof KsqlError ? new StatementError(file, error) : error
  }
}
