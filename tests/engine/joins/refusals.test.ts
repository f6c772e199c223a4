import { describe, expect, test } from 'vitest'
import { KsqlError } from '../../../engine/index.ts'
import { engineWith } from '../engine/harness.ts'
import { SOURCES } from './events.ts'

const MORE = `
  CREATE STREAM session (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='session', VALUE_FORMAT='JSON', PARTITIONS=1, WINDOW_TYPE='SESSION');
  CREATE STREAM hop (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='hop', VALUE_FORMAT='JSON', PARTITIONS=1, WINDOW_TYPE='HOPPING', WINDOW_SIZE='5 SECONDS');
  CREATE STREAM tumble (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='tumble', VALUE_FORMAT='JSON', PARTITIONS=1, WINDOW_TYPE='TUMBLING', WINDOW_SIZE='2 SECONDS');
  CREATE STREAM wide (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='wide', VALUE_FORMAT='JSON', PARTITIONS=3);
  CREATE STREAM maps (k VARCHAR KEY, v MAP<VARCHAR, INT>) WITH (KAFKA_TOPIC='maps', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM plain (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='plain', VALUE_FORMAT='KAFKA', PARTITIONS=1);
`

function refusal(statement: string): KsqlError {
  const engine = engineWith(SOURCES + MORE)
  try {
    engine.execute(`${statement} EMIT CHANGES;`)
  } catch (error) {
    if (error instanceof KsqlError) return error
    throw error
  }
  throw new Error(`nothing was refused: ${statement}`)
}

const stream = (rest: string) => `CREATE STREAM j AS SELECT ${rest}`
const table = (rest: string) => `CREATE TABLE j AS SELECT ${rest}`

const cases: readonly (readonly [statement: string, message: string])[] = [
  [stream('l.k FROM l JOIN r ON l.k = r.k'), 'must have a WITHIN clause'],
  [table('t.k FROM t JOIN u WITHIN 1 SECOND ON t.k = u.k'), 'A window definition was provided for a Table-Table join'],
  [
    stream('l.k FROM l JOIN t WITHIN 1 SECOND ON l.k = t.k'),
    'A window definition was provided for a Stream-Table join',
  ],
  [stream('t.k FROM t JOIN l ON t.k = l.k'), 'table-stream joins are not supported'],
  [stream('l.k FROM l FULL OUTER JOIN t ON l.k = t.k'), 'full-outer join not supported for stream-table join'],
  [stream('a.k FROM l a JOIN l b WITHIN 1 SECOND ON a.k = b.k'), `Can not join 'L' to 'L': self joins`],
  [
    stream('l.k FROM l JOIN t ON l.k = t.k JOIN t x ON l.k = x.k'),
    `multiple occurrences of the same source. Source: 'T'`,
  ],
  [stream('l.k FROM l JOIN r WITHIN 1 SECOND ON l.k = r.k AND l.v = r.v'), 'joins on multiple conditions'],
  [stream('l.k FROM l JOIN r WITHIN 1 SECOND ON l.v > r.v'), 'Only equality comparisons'],
  [stream('l.k FROM l JOIN r WITHIN 1 SECOND ON l.v = 1'), `Invalid comparison expression '1' in join '(L.V = 1)'`],
  [stream('l.k FROM l JOIN r WITHIN 1 SECOND ON l.v = r.k'), `types don't match. Got L.V{INTEGER} = R.K{STRING}`],
  [stream('l.k FROM l JOIN r WITHIN 1 SECOND ON l.v = CAST(r.v AS BIGINT)'), `types don't match. Got L.V{INTEGER}`],
  [stream('l.k FROM l JOIN r WITHIN 1 SECOND ON x.k = r.k'), `'X' is not a valid stream/table name or alias`],
  [stream('l.k FROM l JOIN r WITHIN 1 SECOND ON l.z = r.k'), `JOIN ON column 'L.Z' cannot be resolved`],
  [stream('l.k FROM l JOIN r WITHIN 1 SECOND ON k = r.k'), `Column 'K' is ambiguous. Could be L.K or R.K.`],
  [stream('l.k, ROWTIME AS x FROM l JOIN r WITHIN 1 SECOND ON l.k = r.k'), `Column 'ROWTIME' is ambiguous`],
  [stream('l.k FROM l JOIN t ON l.k = t.k JOIN u ON l.k = t.k'), 'expected to reference the source (`U`)'],
  [
    stream('l.v FROM l JOIN t ON l.k = t.k JOIN u ON l.k = u.k'),
    'the join expressions L.K, T.K or U.K in its projection',
  ],
  [
    stream('l.k, r.k FROM l FULL OUTER JOIN r WITHIN 1 SECOND ON l.k = r.k'),
    'the join expression ROWKEY in its projection',
  ],
  [table('t.k FROM t JOIN u ON t.k = u.ref'), 'join on the primary key of the right input table. Got T.K = U.REF.'],
  [
    table('t.v, u.v FROM t JOIN u ON t.ref = u.k'),
    'must include all primary key columns from the left input table (`T`)',
  ],
  [table('t.k FROM t FULL OUTER JOIN u ON t.ref = u.k'), 'FULL OUTER JOIN on a foreign key is not supported'],
  [stream('maps.v FROM maps JOIN l WITHIN 1 SECOND ON maps.k = l.k PARTITION BY maps.v'), 'Map keys'],
  [
    stream('l.k FROM l JOIN plain WITHIN 1 SECOND ON l.k = plain.k'),
    `Source(s) PLAIN are using the 'KAFKA' value format`,
  ],
  [stream('l.k FROM l JOIN wide WITHIN 1 SECOND ON l.k = wide.k'), '`L` partitions = 1; `WIDE` partitions = 3'],
  [stream('l.k FROM l JOIN hop WITHIN 1 SECOND ON l.k = hop.k'), 'Can not join windowed source to non-windowed source'],
  [stream('hop.k FROM hop JOIN session WITHIN 1 SECOND ON hop.k = session.k'), 'Incompatible windowed sources'],
  [
    stream('hop.k FROM hop JOIN tumble WITHIN 1 SECOND ON hop.k = tumble.k'),
    'Implicit repartitioning of windowed sources',
  ],
]

describe('a join that ksqlDB does not have is refused, with a place and a fix', () => {
  test.each(cases)('%s', (statement, message) => {
    const error = refusal(statement)
    expect(error.message).toContain(message)
    expect(error.kind).toBe('semantic')
    expect(error.line).toBeGreaterThan(0)
    expect(error.fix).toMatch(/\S/)
  })
})
