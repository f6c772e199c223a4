import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { engineWith, jsonRecord, type Row, watch } from '../engine/harness.ts'
import { check } from '../engine/property.ts'

/** The naive way: what a window holds is found in the whole log, again for every row. */
interface LogRow {
  readonly k: string
  readonly v: number
  readonly time: number
}

interface Spec {
  readonly type: 'TUMBLING' | 'HOPPING' | 'SESSION'
  readonly size: number
  readonly advance: number
  readonly grace: number | null
  readonly retention: number | null
  readonly final: boolean
}

const DAY = 86_400_000

const graceOf = ({ grace, size, final }: Spec) => grace ?? (final ? 0 : Math.max(DAY - size, 0))

function sql(spec: Spec, having: string): string {
  const parts = [spec.type === 'SESSION' ? `${spec.size} MILLISECONDS` : `SIZE ${spec.size} MILLISECONDS`]
  if (spec.type === 'HOPPING') parts.push(`ADVANCE BY ${spec.advance} MILLISECONDS`)
  if (spec.retention !== null) parts.push(`RETENTION ${spec.retention} MILLISECONDS`)
  if (spec.grace !== null) parts.push(`GRACE PERIOD ${spec.grace} MILLISECONDS`)
  return `CREATE TABLE w AS SELECT k, COUNT(*) AS n, SUM(v) AS s, MIN(v) AS low, COLLECT_LIST(v) AS vs
    FROM s WINDOW ${spec.type} (${parts.join(', ')}) GROUP BY k ${having} EMIT ${spec.final ? 'FINAL' : 'CHANGES'};`
}

function resultOf(rows: readonly LogRow[]): Row['value'] {
  const vs = rows.map((r) => r.v)
  return [BigInt(vs.length), vs.reduce((a, b) => (a + b) | 0, 0), Math.min(...vs), vs]
}

const latest = (rows: readonly LogRow[]) => Math.max(...rows.map((r) => r.time))

interface Answer {
  readonly rows: Row[]
  readonly late: number
}

/** Rows are remembered with their place in the log and the stream time then. */
function timeWindows(log: readonly LogRow[], spec: Spec): Answer {
  const grace = graceOf(spec)
  const streamTime = (at: number) => latest(log.slice(0, at + 1))
  const starts = (row: LogRow) => {
    const first = Math.max(0, Math.floor((row.time - spec.size) / spec.advance) * spec.advance + spec.advance)
    return Array.from({ length: spec.size }, (_, i) => first + i * spec.advance).filter((s) => s <= row.time)
  }
  const isLate = (at: number, start: number) => start + spec.size <= streamTime(at) - grace
  const content = (k: string, start: number, until: number) =>
    log.slice(0, until + 1).filter((r, at) => r.k === k && starts(r).includes(start) && !isLate(at, start))
  const rowOf = (k: string, start: number, until: number): Row => {
    const rows = content(k, start, until)
    return { key: [k], value: resultOf(rows), time: latest(rows), window: [start, start + spec.size] }
  }
  const answer: Row[] = []
  let late = 0
  const emitted = new Set<string>()
  for (const [at, row] of log.entries()) {
    late += starts(row).filter((start) => isLate(at, start)).length
    if (!spec.final) {
      answer.push(...starts(row).flatMap((start) => (isLate(at, start) ? [] : [rowOf(row.k, start, at)])))
      continue
    }
    const windows = log
      .slice(0, at + 1)
      .flatMap((r, i) => starts(r).flatMap((start) => (isLate(i, start) ? [] : [{ k: r.k, start }])))
    windows.sort((a, b) => a.start - b.start || (a.k < b.k ? -1 : 1))
    for (const { k, start } of windows) {
      const name = `${start} ${k}`
      if (start + spec.size > streamTime(at) - grace || emitted.has(name)) continue
      emitted.add(name)
      answer.push(rowOf(k, start, at))
    }
  }
  return { rows: answer, late }
}

interface NaiveSession {
  readonly k: string
  readonly rows: readonly LogRow[]
}

function sessionWindows(log: readonly LogRow[], spec: Spec): Answer {
  const grace = graceOf(spec)
  const gap = spec.size
  const kept = Math.max(spec.retention ?? 0, gap + grace)
  const start = (s: NaiveSession) => Math.min(...s.rows.map((r) => r.time))
  const end = (s: NaiveSession) => latest(s.rows)
  const rowOf = (s: NaiveSession, value: Row['value']): Row => ({
    key: [s.k],
    value,
    time: end(s),
    window: [start(s), end(s)],
  })
  const answer: Row[] = []
  let late = 0
  let sessions: NaiveSession[] = []
  for (const [at, row] of log.entries()) {
    const streamTime = latest(log.slice(0, at + 1))
    const joined = sessions
      .filter((s) => s.k === row.k && start(s) <= row.time + gap && end(s) >= row.time - gap)
      .sort((a, b) => start(a) - start(b))
    const merged = { k: row.k, rows: [...joined.flatMap((s) => s.rows), row] }
    if (end(merged) < streamTime - grace - gap) late++
    else {
      sessions = [...sessions.filter((s) => !joined.includes(s)), merged]
      if (!spec.final) {
        const same = joined.length === 1 && start(merged) === end(merged)
        answer.push(...(same ? [] : joined.map((s) => rowOf(s, null))), rowOf(merged, resultOf(merged.rows)))
      }
    }
    const closed = (s: NaiveSession) => end(s) < streamTime - (spec.final ? grace + gap : kept)
    if (spec.final) {
      const done = sessions.filter(closed)
      done.sort((a, b) => end(a) - end(b) || start(a) - start(b) || (a.k < b.k ? -1 : 1))
      answer.push(...done.map((s) => rowOf(s, resultOf(s.rows))))
    }
    sessions = sessions.filter((s) => !closed(s))
  }
  return { rows: answer, late }
}

const naive = (log: readonly LogRow[], spec: Spec) =>
  spec.type === 'SESSION' ? sessionWindows(log, spec) : timeWindows(log, spec)

function byEngine(log: readonly LogRow[], spec: Spec, having = ''): Answer {
  const engine = engineWith(
    `CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1); ${sql(spec, having)}`,
  )
  const outputs = watch(engine)
  engine.topic('s').append(log.map(({ k, v, time }) => jsonRecord(k, { v }, time)))
  return { rows: outputs.get('W') ?? [], late: engine.queries()[0]?.lateRows ?? -1 }
}

const spec: fc.Arbitrary<Spec> = fc
  .record({
    type: fc.constantFrom('TUMBLING', 'HOPPING', 'SESSION'),
    size: fc.integer({ min: 1, max: 12 }),
    advance: fc.integer({ min: 1, max: 12 }),
    grace: fc.option(fc.nat(10)),
    retention: fc.option(fc.integer({ min: 40, max: 60 })),
    final: fc.boolean(),
  })
  .map((s) => ({
    ...s,
    advance: s.type === 'HOPPING' ? Math.min(s.advance, s.size) : s.size,
    // the default grace is a day less the size
    retention: s.grace === null && !s.final ? null : s.retention,
  }))

const log: fc.Arbitrary<LogRow[]> = fc
  .array(
    fc.record({
      k: fc.constantFrom('a', 'b', 'B'),
      v: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer()),
      step: fc.oneof({ weight: 5, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(60) }),
      back: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
    }),
    { maxLength: 30 },
  )
  .map((rows) => {
    let clock = 0
    return rows.map(({ k, v, step, back }) => {
      clock += step
      return { k, v, time: Math.max(0, clock - back) }
    })
  })

describe('windows equal a recomputation from the whole log', () => {
  test('of any kind, with rows out of order within the grace period and beyond it', () => {
    check(
      fc.property(spec, log, (s, rows) => {
        expect(byEngine(rows, s)).toEqual(naive(rows, s))
      }),
      500,
    )
  })

  test('HAVING passes on changes of windows that satisfy it, and takes out those that did', () => {
    const passes = (row: Row) => row.value !== null && row.value[0] !== 1n && (row.value[1] as number) > -3
    check(
      fc.property(spec, log, (s, rows) => {
        const passing = new Set<string>()
        const expected = naive(rows, s).rows.flatMap((row): Row[] => {
          const window = `${row.window} ${row.key}`
          const passed = passing.delete(window)
          if (passes(row)) {
            passing.add(window)
            return [row]
          }
          return passed ? [{ ...row, value: null }] : []
        })
        expect(byEngine(rows, s, 'HAVING COUNT(*) <> 1 AND SUM(v) > -3').rows).toEqual(expected)
      }),
      500,
    )
  })

  test('rows within the grace period give the final results of sorted rows', () => {
    const grace = 10
    const orderly = fc.array(
      fc.record({
        k: fc.constantFrom('a', 'b'),
        v: fc.integer({ min: -9, max: 9 }),
        step: fc.nat(6),
        delay: fc.nat(grace - 1),
      }),
      { minLength: 1, maxLength: 30 },
    )
    check(
      fc.property(spec, orderly, (s, drafts) => {
        let clock = 0
        const rows = drafts.map(({ step, delay, k, v }) => {
          clock += step
          return { k, v, time: clock, arrival: clock + delay }
        })
        const end = { k: 'end', v: 0, time: clock + 1000 }
        const arrived = [...rows].sort((a, b) => a.arrival - b.arrival)
        const wanted = { ...s, grace, retention: null, final: true }
        const finals = (log: readonly LogRow[]) => {
          const { rows: all, late } = byEngine([...log, end], wanted)
          expect(late).toBe(0)
          const withoutOrder = all.map((r) => ({ ...r, value: r.value?.slice(0, 3) }))
          return withoutOrder.sort((a, b) =>
            JSON.stringify([a.key, a.window]) < JSON.stringify([b.key, b.window]) ? -1 : 1,
          )
        }
        expect(finals(arrived)).toEqual(finals(rows))
      }),
      300,
    )
  })
})
