import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { CaseResult } from './case.ts'

/** The committed score: names of the cases that pass, by tier. Names only, nothing of what the cases hold. */
export interface Score {
  readonly passed: { readonly [tier: string]: readonly string[] }
}

export function loadScore(path: string): Score {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Score) : { passed: {} }
}

/** Cases that passed when the score was committed and do not now. A case that was not run is not judged. */
export function regressions(score: Score, results: readonly CaseResult[]): CaseResult[] {
  const names = new Set(Object.values(score.passed).flat())
  return results.filter((result) => result.status !== 'passed' && names.has(result.name))
}

export function saveScore(path: string, results: readonly CaseResult[]): void {
  const passed: { [tier: string]: string[] } = {}
  for (const result of results) {
    if (result.status !== 'passed') continue
    const tier = result.tier === null ? 'none' : String(result.tier)
    passed[tier] = [...(passed[tier] ?? []), result.name]
  }
  for (const names of Object.values(passed)) names.sort()
  writeFileSync(path, `${JSON.stringify({ passed }, null, 2)}\n`)
}
