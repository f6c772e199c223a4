import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { describeWithShared } from '../shared.ts'
import { createEngine } from './engine.ts'
import { loadRecorded, runRecorded } from './recorded.ts'
import { loadScore, regressions } from './score.ts'
import { runSuite, selectCases } from './suite.ts'

describeWithShared('conformance', (shared) => {
  test('every case that passed when the score was committed passes', { timeout: 300_000 }, () => {
    const cases = selectCases({ dir: join(shared, 'ksqldb', 'qtt'), tiers: null, grep: null })
    const score = loadScore(resolve(import.meta.dirname, 'score.json'))
    const lost = regressions(score, runSuite(cases, createEngine))
    expect(lost.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([])
  })

  test.each(loadRecorded(join(shared, 'ksqldb', 'recorded')))('$name answers as a real ksqlDB did', (recording) => {
    expect(runRecorded(recording, createEngine).slice(0, 10)).toEqual([])
  })
})
