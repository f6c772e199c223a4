import fc from 'fast-check'
import type { KsqlEngine, RawRecord } from '../../../engine/index.ts'
import { jsonRecord, type Outputs, type Row } from '../engine/harness.ts'

/** A record of one of the topics that a join reads. */
export interface Event {
  readonly topic: string
  readonly key: string | null
  /** null: a tombstone */
  readonly v: number | null
  /** names a key of another table */
  readonly ref: string | null
  readonly time: number
}

export function recordOf({ key, v, ref, time }: Event): RawRecord {
  return jsonRecord(key, v === null ? null : { v, ref }, time)
}

/** `l k1 5 @10`: key k1, value 5, at 10 s; `-` for a missing key or a tombstone; `>k2` for ref. */
export function event(text: string): Event {
  const [topic = '', key = '-', v = '-', ...rest] = text.split(' ')
  const time = Number(rest.find((x) => x.startsWith('@'))?.slice(1) ?? 0) * 1000
  const ref = rest.find((x) => x.startsWith('>'))?.slice(1) ?? null
  return { topic, key: key === '-' ? null : key, v: v === '-' ? null : Number(v), ref, time }
}

/** Appends events in order, at most `size` of one topic at a time. */
export function feed(engine: KsqlEngine, events: readonly Event[], size = 1): void {
  for (const chunk of chunks(events, [size])) append(engine, chunk)
}

export function append(engine: KsqlEngine, chunk: readonly Event[]): void {
  const [first] = chunk
  if (first !== undefined) engine.topic(first.topic).append(chunk.map(recordOf))
}

/** Neighbours of one topic together, cut after the sizes given, again and again. */
export function chunks(events: readonly Event[], sizes: readonly number[]): Event[][] {
  const cut: Event[][] = []
  let room = 0
  let turn = 0
  for (const one of events) {
    const last = cut[cut.length - 1]
    if (last !== undefined && room > 0 && last[0]?.topic === one.topic) last.push(one)
    else {
      cut.push([one])
      room = sizes[turn++ % sizes.length] ?? 1
    }
    room--
  }
  return cut
}

/** A row in short: `k1 5,null @10`, `k1 - @10` for a tombstone. */
export function short({ key, value, time }: Row): string {
  return `${key.join('/')} ${value === null ? '-' : value.map(String).join(',')} @${time / 1000}`
}

export function shorts(outputs: Outputs, topic: string): string[] {
  return (outputs.get(topic) ?? []).map(short)
}

const TOPICS = ['l', 'r', 't', 'u']

/** Events out of order by a few seconds, now and then by more; few keys, so that they meet. */
export function anyEvents(topics: readonly string[] = TOPICS, maxLength = 40): fc.Arbitrary<Event[]> {
  const keys = fc.constantFrom('k1', 'k2', 'k3')
  const one = fc.record({
    topic: fc.constantFrom(...topics),
    key: fc.option(keys, { nil: null, freq: 12 }),
    v: fc.option(fc.nat(9), { nil: null, freq: 5 }),
    ref: fc.option(keys, { nil: null, freq: 6 }),
    step: fc.oneof({ weight: 6, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(40) }),
    back: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(25) }),
  })
  return fc.array(one, { maxLength }).map((list) => {
    let clock = 100
    return list.map(({ step, back, ...rest }) => {
      clock += step
      return { ...rest, time: (clock - back) * 1000 }
    })
  })
}

export const SOURCES = `
  CREATE STREAM l (k VARCHAR KEY, v INT, ref VARCHAR) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM r (k VARCHAR KEY, v INT, ref VARCHAR) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE t (k VARCHAR PRIMARY KEY, v INT, ref VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE u (k VARCHAR PRIMARY KEY, v INT, ref VARCHAR) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
`
