// Counts of a vitest run from its JSON report, and its failures in words: node .ci/tests.mjs counts|failures REPORT
import { existsSync, readFileSync } from 'node:fs'

const [what, report] = process.argv.slice(2)

/** Each failure as a title and what was said of it; a report that is not there is one. */
function failures(run) {
  const tests = run.testResults.flatMap((file) =>
    file.assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => ({ title: `${file.name} > ${test.fullName}`, said: test.failureMessages.join('\n') })),
  )
  // A test file that does not load, or whose hook fails, has no failed tests to count.
  const files = run.testResults
    .filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
    .map((file) => ({ title: file.name, said: file.message }))
  const all = [...tests, ...files]
  return all.length > 0 || run.success ? all : [{ title: report, said: 'the run failed outside its tests: see above' }]
}

const run = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8'))
  : { testResults: [], numPassedTests: 0, success: false }

if (what === 'counts') console.log(run.numPassedTests, failures(run).length)
else
  for (const { title, said } of failures(run)) {
    console.log(`\nFAILED ${title}\n${said.split('\n').slice(0, 30).join('\n')}`)
  }
