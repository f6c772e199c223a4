import { expect, test } from 'vitest'
import { adviceFor } from '../../jobs/advice.ts'
import { EPISODE_QUIET_MS } from '../../jobs/episode.ts'
import { SESSION_QUIET_MS } from '../../jobs/run-summary.ts'
import { productStatements } from '../../jobs/statement-file.ts'

const files = await productStatements()
const textOf = (number: string): string => files.find((file) => file.name.startsWith(`ksql/${number}`))?.text ?? ''

/** gap and grace of the session window, ms */
function quiet(text: string): number {
  const unit = { SECOND: 1000, MINUTE: 60_000 }
  const [, gap, gapUnit, grace, graceUnit] =
    /SESSION \((\d+) (SECOND|MINUTE)S?, GRACE PERIOD (\d+) (SECOND|MINUTE)S?\)/.exec(text) ?? []
  return Number(gap) * unit[gapUnit as 'SECOND'] + Number(grace) * unit[graceUnit as 'SECOND']
}

test('the files of ksql/ come in the order of their numbers', () => {
  const names = files.map((file) => file.name)
  expect(names.length).toBeGreaterThanOrEqual(7)
  expect(names).toEqual([...names].sort())
})

test('every rule has a title and says what to do', () => {
  const rules = [...new Set([...textOf('03').matchAll(/rule := '([\w-]+)'/g)].map(([, rule]) => rule))]
  expect(rules.length).toBeGreaterThanOrEqual(13)
  for (const rule of rules) {
    expect(adviceFor(rule).title).not.toBe(rule)
    expect(adviceFor(rule).todo).not.toBe('')
  }
})

test('episodes and sessions are over when their windows cannot grow any more', () => {
  expect(EPISODE_QUIET_MS).toBe(quiet(textOf('04')))
  expect(SESSION_QUIET_MS).toBe(quiet(textOf('06')))
})
