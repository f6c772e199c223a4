import fc from 'fast-check'
import { anyEvents, SOURCES } from './events.ts'

/** What joins can be made of: records as they come, and what queries make of one topic. */
const DERIVED = `
  CREATE STREAM odd AS SELECT k, v, ref FROM l WHERE v % 2 = 1 EMIT CHANGES;
  CREATE STREAM twice AS SELECT k, EXPLODE(ARRAY[v, v + 1]) AS v, ref FROM l EMIT CHANGES;
  CREATE TABLE n AS SELECT k, COUNT(*) AS v, LATEST_BY_OFFSET(ref) AS ref FROM l GROUP BY k EMIT CHANGES;
  CREATE TABLE m AS SELECT k, MAX(v) AS v, LATEST_BY_OFFSET(ref) AS ref FROM odd GROUP BY k HAVING MAX(v) > 2 EMIT CHANGES;
`

const WITHINS = [
  'WITHIN 5 SECONDS',
  'WITHIN (9 SECONDS, 2 SECONDS) GRACE PERIOD 3 SECONDS',
  'WITHIN 1 MINUTE GRACE PERIOD 0 SECONDS',
]
const STREAMS = ['l', 'r', 'odd', 'twice']
const TABLES = ['t', 'u', 'n', 'm']
const ALL = ['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL OUTER JOIN']

const two = (list: readonly string[]) => fc.shuffledSubarray([...list], { minLength: 2, maxLength: 2 })

const streams = fc
  .tuple(two(STREAMS), fc.constantFrom(...ALL), fc.constantFrom(...WITHINS))
  .map(([[a, b], type, within]) => ({
    make: 'STREAM',
    select: `${type.startsWith('FULL') ? 'ROWKEY AS k' : 'a.k AS k'}, a.v AS av, b.v AS bv, b.ref AS ref`,
    from: `${a} a ${type} ${b} b ${within} ON a.k = b.k`,
  }))
const tables = fc.tuple(two(TABLES), fc.constantFrom(...ALL)).map(([[a, b], type]) => ({
  make: 'TABLE',
  select: `${type.startsWith('FULL') ? 'ROWKEY AS k' : 'a.k AS k'}, a.v AS av, b.v AS bv, b.ref AS ref`,
  from: `${a} a ${type} ${b} b ON a.k = b.k`,
}))
const foreign = fc.tuple(two(TABLES), fc.constantFrom('JOIN', 'LEFT JOIN')).map(([[a, b], type]) => ({
  make: 'TABLE',
  select: 'a.k AS k, a.v AS av, b.v AS bv, b.ref AS ref',
  from: `${a} a ${type} ${b} b ON a.ref = b.k`,
}))
const lookups = fc
  .tuple(two(STREAMS), two(TABLES), fc.constantFrom('JOIN', 'LEFT JOIN'), fc.constantFrom(...WITHINS))
  .map(([[a, b], [c, d], type, within]) => ({
    make: 'STREAM',
    select: 'a.k AS k, a.v AS av, b.v AS bv, d.ref AS ref',
    from: `${a} a ${type} ${b} b ${within} ON a.k = b.k JOIN ${c} c ON a.k = c.k ${type} ${d} d ON c.k = d.k`,
  }))
const deep = fc.tuple(two(TABLES), fc.constantFrom('JOIN', 'LEFT JOIN')).map(([[a, b], type]) => ({
  make: 'TABLE',
  select: 'a.k AS k, a.v AS av, b.v AS bv, w.ref AS ref',
  from: `${a} a ${type} ${b} b ON a.ref = b.k ${type} w ON a.k = w.k`,
}))

/** A join, what reads it, and what has to keep step with it. */
export const programs = fc
  .tuple(fc.oneof(streams, tables, foreign, lookups, deep), fc.constantFrom('', 'WHERE a.v > 2'))
  .map(
    ([{ make, select, from }, where]) => `${SOURCES}
  CREATE TABLE w (k VARCHAR PRIMARY KEY, v INT, ref VARCHAR) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
  ${DERIVED}
  CREATE ${make} j AS SELECT ${select} FROM ${from} ${where} EMIT CHANGES;
  CREATE TABLE g AS SELECT ref, COUNT(*) AS n, SUM(av) AS s FROM j GROUP BY ref EMIT CHANGES;
  CREATE STREAM x AS SELECT l.k AS k, l.ref AS ref, g.n AS n FROM l LEFT JOIN g ON l.ref = g.ref EMIT CHANGES;`,
  )

/** Where to cut the events. */
export const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
/** Mostly of one topic, so that there is something to cut. */
export const events = fc.oneof(anyEvents(['l', 'l', 'l', 'r', 't', 'u'], 50), anyEvents(['l'], 30))
