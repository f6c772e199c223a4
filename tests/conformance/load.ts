import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseLossless } from '../../engine/formats/json-parse.ts'
import type { TestCase } from './case.ts'

export interface CaseFile {
  /** without .json */
  readonly name: string
  readonly tests: readonly TestCase[]
}

/** All case files of a folder, by name. */
export function loadFolder(folder: string): CaseFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => loadFile(join(folder, name)))
}

export function loadFile(path: string): CaseFile {
  let json: unknown
  try {
    json = parseLossless(stripComments(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')))
  } catch (cause) {
    throw new Error(`${path} is no JSON with comments: ${(cause as Error).message}`, { cause })
  }
  const { tests } = json as { tests?: readonly TestCase[] }
  if (tests === undefined) throw new Error(`${path} has no "tests"`)
  return { name: basename(path, '.json'), tests }
}

/** Takes JSON's line and block comments out; what stands in strings stays. */
export function stripComments(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (match) =>
    match.startsWith('"') ? match : ' ',
  )
}
