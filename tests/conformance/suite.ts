import { dirname, join } from 'node:path'
import type { CaseResult, ExpandedCase } from './case.ts'
import type { EngineFactory } from './contract.ts'
import { expand, loadTiers } from './expand.ts'
import { loadFolder } from './load.ts'
import { runCase } from './run-case.ts'

export interface Selection {
  /** a folder of query-validation files */
  readonly dir: string
  /** null: all, also cases without a tier */
  readonly tiers: ReadonlySet<number> | null
  /** null: all; else part of the full name, or a regular expression */
  readonly grep: RegExp | null
}

/** The runs selected, in order of files and cases. Tiers come from qtt-cases.csv beside the folder. */
export function selectCases({ dir, tiers, grep }: Selection): ExpandedCase[] {
  const known = loadTiers(join(dirname(dir), 'qtt-cases.csv'))
  return loadFolder(dir)
    .flatMap((file) => expand(file, known))
    .filter((test) => tiers === null || (test.tier !== null && tiers.has(test.tier)))
    .filter((test) => grep === null || grep.test(test.fullName))
}

export function runSuite(cases: readonly ExpandedCase[], createEngine: EngineFactory): CaseResult[] {
  return cases.map((test) => runCase(test, createEngine))
}
