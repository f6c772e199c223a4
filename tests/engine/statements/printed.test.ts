import { expect, test } from 'vitest'
import { KsqlError } from '../../../engine/index.ts'
import { engineWith, jsonRecord } from '../engine/harness.ts'

const SOURCES = `
  CREATE STREAM s (k VARCHAR KEY, v INT, o STRUCT<a INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM z (k VARCHAR KEY, w INT) WITH (KAFKA_TOPIC='z', VALUE_FORMAT='JSON', PARTITIONS=1);`

function refusal(statement: string): KsqlError {
  const engine = engineWith(SOURCES)
  try {
    engine.execute(statement)
  } catch (error) {
    if (error instanceof KsqlError) return error
    throw error
  }
  throw new Error(`nothing was refused: ${statement}`)
}

test('a refused SELECT is printed with its names resolved, and kept as it was written', () => {
  const text = "CREATE STREAM r WITH (key_format='KAFKA') AS SELECT k, v + 1, o->a, nothing FROM s WHERE v > 1"
  const error = refusal(`${text};`)
  expect(error.statement).toBe(text)
  expect(error.printed).toBe(
    [
      "CREATE STREAM R WITH (KEY_FORMAT='KAFKA') AS SELECT",
      '  S.K K,',
      '  (S.V + 1) KSQL_COL_0,',
      '  S.O->A A,',
      '  NOTHING NOTHING',
      'FROM S S',
      'WHERE (S.V > 1)',
      'EMIT CHANGES',
    ].join('\n'),
  )
})

test('sources of a join are told apart by their aliases', () => {
  const error = refusal(
    'INSERT INTO s SELECT a.k, w, COUNT(*) FROM s a JOIN z WITHIN 1 HOUR ON a.k = z.k GROUP BY a.k, w HAVING w > 1;',
  )
  expect(error.printed).toBe(
    [
      'INSERT INTO S SELECT',
      '  A.K A_K,',
      '  Z.W W,',
      '  COUNT(*) KSQL_COL_0',
      'FROM S A',
      'INNER JOIN Z Z WITHIN 1 HOURS ON ((A.K = Z.K))',
      'GROUP BY A.K, Z.W',
      'HAVING (Z.W > 1)',
      'EMIT CHANGES',
    ].join('\n'),
  )
})

test('nothing is printed where a source is unknown, or there is no SELECT', () => {
  expect(refusal('CREATE STREAM r AS SELECT * FROM gone;').printed).toBeUndefined()
  expect(refusal('DROP STREAM gone;').printed).toBeUndefined()
})

test('a value of the wrong type is refused as a server does', () => {
  expect(refusal("INSERT INTO s (k, v) VALUES ('x', 'warm');").message).toBe(
    "Failed to insert values into 'S'. Expected type INTEGER for field `V` but got STRING(warm)",
  )
})

test('what a query cannot survive has Kafka Streams’ words, and the reason as its cause', () => {
  const engine =
    engineWith(`CREATE STREAM d (k VARCHAR KEY, v DECIMAL(3, 1)) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE r AS SELECT k, SUM(v) AS sum FROM d GROUP BY k EMIT CHANGES;`)
  engine.topic('d').appendRecord(jsonRecord('a', { v: 60.5 }, 1))
  const error = (() => {
    try {
      engine.topic('d').appendRecord(jsonRecord('a', { v: 60.5 }, 2))
    } catch (thrown) {
      return thrown
    }
    return null
  })()
  expect(error).toBeInstanceOf(KsqlError)
  expect(error).toMatchObject({ kind: 'runtime', fix: 'CAST the argument to a DECIMAL of more digits.' })
  expect((error as KsqlError).message).toMatch(
    /^Query CTAS_R_0 has stopped\. Exception caught in process\. SUM: Numeric/,
  )
  const cause = (error as KsqlError).cause as KsqlError
  expect((cause.cause as Error).message).toContain('Numeric field overflow')
})
