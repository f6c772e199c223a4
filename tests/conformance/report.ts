import type { CaseResult, Status } from './case.ts'

export interface Totals {
  total: number
  passed: number
  failed: number
  refused: number
}

export interface Report extends Totals {
  readonly cases: readonly Pick<CaseResult, 'name' | 'tier' | 'status' | 'reason'>[]
}

export function totals(results: readonly CaseResult[]): Totals {
  const count = (status: Status) => results.filter((result) => result.status === status).length
  return { total: results.length, passed: count('passed'), failed: count('failed'), refused: count('refused') }
}

export function reportOf(results: readonly CaseResult[]): Report {
  return {
    ...totals(results),
    cases: results.map(({ name, tier, status, reason }) => ({ name, tier, status, reason })),
  }
}

/** Tables of the score: by tier, by what a case checks, by file. */
export function formatSummary(results: readonly CaseResult[]): string {
  const lines = [row('', ['passed', 'failed', 'refused', 'total'])]
  for (const [tier, group] of grouped(results, (r) => (r.tier === null ? 'no tier' : `tier ${r.tier}`))) {
    lines.push(totalsRow(tier, group))
  }
  for (const [kind, group] of grouped(results, (r) => r.kind)) lines.push(totalsRow(`${kind} cases`, group))
  lines.push(totalsRow('all', results), '', exceptionLevels(results), '')
  for (const [file, group] of grouped(results, (r) => r.file)) lines.push(totalsRow(file, group))
  return lines.join('\n')
}

function exceptionLevels(results: readonly CaseResult[]): string {
  const judged = results.filter((result) => result.level !== undefined)
  const atLeast = (level: number) => judged.filter((result) => (result.level ?? 0) >= level).length
  return `exception cases: ${atLeast(1)} of ${judged.length} rejected at the right statement, ${atLeast(2)} with the right class, ${atLeast(3)} with the message`
}

function grouped(
  results: readonly CaseResult[],
  key: (result: CaseResult) => string,
): [key: string, group: CaseResult[]][] {
  const groups = new Map<string, CaseResult[]>()
  for (const result of results) {
    const name = key(result)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [result])
    else group.push(result)
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}

function totalsRow(name: string, results: readonly CaseResult[]): string {
  const { passed, failed, refused, total } = totals(results)
  return row(name, [passed, failed, refused, total].map(String))
}

function row(name: string, cells: readonly string[]): string {
  return name.padEnd(34) + cells.map((cell) => cell.padStart(8)).join('')
}
