import { KsqlEngine, KsqlError } from '../../../engine/index.ts'
import { formatType } from '../../../engine/types/sql-type.ts'
import { engineWith, jsonRecord } from '../engine/harness.ts'

const SOURCE = `CREATE STREAM s (k VARCHAR KEY, i INT, b BIGINT, d DOUBLE, m DECIMAL(6, 2), t VARCHAR, f BOOLEAN, dt DATE,
  ints ARRAY<INT>, bigs ARRAY<BIGINT>, mp MAP<VARCHAR, BIGINT>, st STRUCT<x BIGINT, y BIGINT>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`

const ROW = {
  i: 7,
  b: 40,
  d: 2.5,
  m: 12.34,
  t: 'seven',
  f: true,
  dt: 19000,
  ints: [7, 40],
  bigs: [7, 40],
  mp: { a: 7 },
  st: { x: 7, y: 40 },
}

/** An expression's type, and its value for the row above as JSON text. */
export function evaluate(expression: string): { type: string; json: string } {
  const engine = new KsqlEngine({ wiring: 'manual' })
  engine.execute(`${SOURCE} CREATE STREAM r AS SELECT k, ${expression} AS r FROM s EMIT CHANGES;`)
  const [record] = engine.queries()[0]?.pipe('s', [jsonRecord('k', ROW, 5)]) ?? []
  const column = engine.source('R').columns.find((c) => c.name === 'R')
  if (column === undefined) throw new Error('no column R')
  const json = Buffer.from(record?.value ?? []).toString()
  return { type: formatType(column.type), json: /^\{"R":(.*)\}$/.exec(json)?.[1] ?? json }
}

/** Runs a statement over the stream `s` above, which has to be refused, and gives the refusal. */
export function refusal(statement: string, setup = ''): KsqlError {
  const engine = engineWith(`${SOURCE} ${setup}`)
  try {
    engine.execute(statement)
  } catch (error) {
    if (error instanceof KsqlError) return error
    throw error
  }
  throw new Error(`nothing was refused: ${statement}`)
}
