import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createEngine } from './engine.ts'
import { loadRecorded, runRecorded } from './recorded.ts'
import { formatSummary, reportOf } from './report.ts'
import { loadScore, regressions, saveScore } from './score.ts'
import { runSuite, selectCases } from './suite.ts'

const USAGE = `npm run conformance -- [options]
  --dir DIR         folder of query-validation files (default: qtt in the shared folder)
  --tier 1,2        only these tiers of qtt-cases.csv
  --grep TEXT       only cases whose full name matches this regular expression
  --json FILE       write every case's result
  --verbose         print why each case did not pass
  --recorded DIR    run recorded statements (NAME.sql, NAME.input.json, NAME.output.json) instead
  --check           fail when a case of score.json does not pass
  --save            write score.json anew`

/** The score stands in the sources; compiled, this file is dist/tests/conformance/main.js. */
const scorePath = resolve('tests', 'conformance', 'score.json')
const shared = resolve(process.env['GPUMON_SHARED'] ?? '../shared', 'ksqldb')

function main(): number {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      tier: { type: 'string' },
      grep: { type: 'string' },
      json: { type: 'string' },
      recorded: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  if (values.recorded !== undefined) return recorded(resolve(values.recorded))
  const partial = values.dir ?? values.tier ?? values.grep
  if (values.save && partial !== undefined) {
    console.error('--save writes the score of all cases: leave --dir, --tier and --grep out')
    return 2
  }
  const dir = resolve(values.dir ?? resolve(shared, 'qtt'))
  if (!existsSync(dir)) {
    console.warn(
      `skipped: no query-validation cases at ${dir} (set GPUMON_SHARED to the path of the reference material)`,
    )
    return values.check ? 0 : 2
  }
  const results = runSuite(
    selectCases({
      dir,
      tiers: values.tier === undefined ? null : new Set(values.tier.split(',').map(Number)),
      grep: values.grep === undefined ? null : new RegExp(values.grep),
    }),
    createEngine,
  )
  if (values.verbose) {
    for (const { name, status, reason } of results) {
      if (status !== 'passed') console.log(`${status}: ${name}\n  ${reason}`)
    }
  }
  console.log(formatSummary(results))
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(reportOf(results), null, 1)}\n`)
  if (values.save) saveScore(scorePath, results)
  const lost = values.check ? regressions(loadScore(scorePath), results) : []
  for (const { name, reason } of lost) console.error(`passed before, not now: ${name}\n  ${reason}`)
  return lost.length > 0 ? 1 : 0
}

function recorded(dir: string): number {
  let failed = 0
  for (const recording of loadRecorded(dir)) {
    const differences = runRecorded(recording, createEngine)
    console.log(`${recording.name}: ${differences.length === 0 ? 'equal' : `${differences.length} differences`}`)
    for (const difference of differences.slice(0, 20)) console.log(`  ${difference}`)
    if (differences.length > 0) failed++
  }
  return failed > 0 ? 1 : 0
}

process.exitCode = main()
