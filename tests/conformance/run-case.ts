import { KsqlError } from '../../engine/errors.ts'
import { show } from './actual.ts'
import type { CaseResult, ExceptionSpec, ExpandedCase, RecordSpec } from './case.ts'
import { matches } from './compare.ts'
import type { EngineFactory, RawRecord } from './contract.ts'
import { plain } from './expand.ts'
import { jsonText } from './feed.ts'
import { Harness } from './harness.ts'
import { checkPost } from './post.ts'
import { toNumber } from './topics.ts'

const NOT_BUILT = /not supported yet/

/** Runs one case (QTT-FORMAT.md 2.1) and says whether all it states holds. */
export function runCase(test: ExpandedCase, createEngine: EngineFactory): CaseResult {
  const kind = test.expectedException !== undefined ? 'exception' : test.outputs === undefined ? 'no-output' : 'output'
  const base = { name: test.fullName, file: test.file, tier: test.tier, kind } as const
  const harness = new Harness(test, createEngine)
  const { error, atLast } = harness.run()
  if (error !== null && NOT_BUILT.test(messageOf(error))) {
    return { ...base, status: 'refused', reason: messageOf(error) }
  }
  if (test.expectedException !== undefined) {
    const { level, reason } = judgeError(test.expectedException, error, atLast)
    return { ...base, status: level === 3 ? 'passed' : 'failed', reason, level }
  }
  const reason = error === null ? checked(test, harness) : describe(error)
  return { ...base, status: reason === null ? 'passed' : 'failed', reason: reason ?? '' }
}

/** What cannot even be judged (bytes no format reads, a schema no parser takes) fails its case and no other. */
function checked(test: ExpandedCase, harness: Harness): string | null {
  try {
    return check(test, harness)
  } catch (error) {
    return `cannot be judged: ${describe(error)}`
  }
}

/** The first thing that is not as the case says, or null. */
function check(test: ExpandedCase, harness: Harness): string | null {
  if (harness.engine.queries().length === 0) return 'the statements made no query'
  const outputs = test.outputs ?? []
  for (const topic of new Set(outputs.map((output) => output.topic))) {
    const expected = outputs.filter((output) => output.topic === topic)
    const problem = topicProblem(topic, expected, test, harness)
    if (problem !== null) return problem
  }
  return test.post === undefined ? null : checkPost(test.post, harness.engine, harness.registry)
}

function topicProblem(
  topic: string,
  expected: readonly RecordSpec[],
  test: ExpandedCase,
  harness: Harness,
): string | null {
  const actual = harness.records(topic)
  for (const [i, spec] of expected.entries()) {
    const record = actual[i]
    const problem = record === undefined ? 'is missing' : recordProblem(spec, record, test, harness)
    if (problem !== null) {
      return `${topic}: record ${i + 1} of ${expected.length} (got ${actual.length}) ${problem}\n    expected ${jsonText(spec as never)}`
    }
  }
  const extra = actual[expected.length]
  if (extra === undefined) return null
  const { key, value } = harness.decode(topic, extra, true)
  return `${topic}: ${actual.length} records, expected ${expected.length}; the next is key ${show(key)}, value ${show(value)}, timestamp ${extra.timestamp}`
}

function recordProblem(spec: RecordSpec, record: RawRecord, test: ExpandedCase, harness: Harness): string | null {
  const exact = plain(test.properties['use.exact.numeric.comparison']).toLowerCase() !== 'false'
  const { key, value } = harness.decode(spec.topic, record, exact)
  if (!matches(spec.key ?? null, key)) return `has key ${show(key)}`
  if (!matches(spec.value, value)) return `has value ${show(value)}`
  const timestamp = toNumber(spec.timestamp)
  const unchecked = timestamp === 0 && (test.inputs ?? []).length === 0
  if (timestamp !== undefined && !unchecked && timestamp !== record.timestamp) {
    return `has timestamp ${record.timestamp}`
  }
  return windowProblem(spec, record) ?? headerProblem(spec, record)
}

function windowProblem(spec: RecordSpec, record: RawRecord): string | null {
  const { window } = record
  if (spec.window === undefined) return window === undefined ? null : `has the window ${window.start}-${window.end}`
  if (window === undefined) return 'has no window'
  const same =
    window.start === toNumber(spec.window.start) &&
    window.end === toNumber(spec.window.end) &&
    window.type === spec.window.type.toLowerCase()
  return same ? null : `has the ${window.type} window ${window.start}-${window.end}`
}

function headerProblem(spec: RecordSpec, record: RawRecord): string | null {
  const wanted = (spec.headers ?? []).map(({ KEY, VALUE }) => `${KEY}=${VALUE}`)
  const got = record.headers.map(
    ({ key, value }) => `${key}=${value === null ? null : Buffer.from(value).toString('base64')}`,
  )
  return wanted.join() === got.join() ? null : `has headers [${got.join()}]`
}

/** Classes of ksqlDB's exceptions an error of the engine is an instance of. */
const CLASSES: Readonly<Record<KsqlError['kind'], readonly string[]>> = {
  syntax: ['ParseFailedException', 'KsqlException'],
  semantic: ['KsqlStatementException', 'KsqlException'],
  runtime: ['StreamsException'],
}

function judgeError(expected: ExceptionSpec, error: unknown, atLast: boolean): { level: number; reason: string } {
  if (error === null) return { level: 0, reason: 'nothing was refused' }
  if (!atLast) return { level: 0, reason: `an earlier statement failed: ${describe(error)}` }
  if (!(error instanceof KsqlError)) return { level: 1, reason: `failed with ${describe(error)}` }
  const type = expected.type?.slice(expected.type.lastIndexOf('.') + 1)
  if (type !== undefined && !CLASSES[error.kind].includes(type)) {
    return { level: 1, reason: `is a ${error.kind} error, expected ${type}: ${error.message}` }
  }
  const texts = [error.message, ...[error.statement, error.printed].map((s) => `${error.message}\nStatement: ${s}`)]
  if (expected.message !== undefined && !texts.some((text) => text.includes(expected.message ?? ''))) {
    return { level: 2, reason: `says:\n    ${error.message}\n  expected:\n    ${expected.message}` }
  }
  const cause = error.cause instanceof Error ? error.cause.message : ''
  if (expected.causeMessage !== undefined && !cause.includes(expected.causeMessage)) {
    return { level: 2, reason: `has the cause '${cause}', expected '${expected.causeMessage}'` }
  }
  return { level: 3, reason: '' }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An error of the engine as it says; any other with the place where it was thrown. */
function describe(error: unknown): string {
  if (error instanceof KsqlError) return `${error.kind} error: ${error.message}`
  if (!(error instanceof Error)) return String(error)
  const [, place = ''] = error.stack?.split('\n').filter((line, i) => i === 0 || line.trim().startsWith('at ')) ?? []
  return `${error.name}: ${error.message} ${place.trim()}`
}
