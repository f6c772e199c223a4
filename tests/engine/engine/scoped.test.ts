import { expect, test } from 'vitest'
import { KsqlEngine } from '../../../engine/index.ts'

const DECLARE = `CREATE STREAM s (id INT KEY, x INT) WITH (KAFKA_TOPIC='\${topic}', PARTITIONS=1);`
const settings = {
  properties: new Map([['ksql.persistence.default.format.value', 'JSON']]),
  variables: new Map([['topic', 't']]),
}

test('properties and variables end with their scope, also those that statements set in it', () => {
  const engine = new KsqlEngine()
  engine.execute("SET 'a' = '1'; DEFINE b = '2';")
  engine.scoped(settings, () => engine.execute(`SET 'a' = 'x'; UNDEFINE b; DEFINE c = '3'; ${DECLARE}`))
  expect([...engine.settings().properties]).toEqual([['a', '1']])
  expect([...engine.settings().variables]).toEqual([['B', '2']])
  expect(engine.source('S').topic).toBe('t')
})

test('a scope that fails ends as well', () => {
  const engine = new KsqlEngine()
  expect(() => engine.scoped(settings, () => engine.execute('SHOW NOTHING;'))).toThrow()
  expect(engine.settings().properties.size).toBe(0)
})

test('a snapshot restores statements under the settings of their scopes', () => {
  const engine = new KsqlEngine()
  engine.scoped(settings, () => engine.execute(DECLARE))
  const restored = KsqlEngine.restore(engine.snapshot())
  expect(restored.source('S')).toEqual(engine.source('S'))
  expect(restored.settings().properties.size).toBe(0)
})

test('what is done in a sandbox does not come back, and it has what there is', () => {
  const engine = new KsqlEngine()
  engine.scoped(settings, () => engine.execute(DECLARE))
  engine.execute('CREATE TABLE n AS SELECT id, COUNT(*) AS c FROM s GROUP BY id; INSERT INTO s VALUES (1, 1);')
  const sandbox = engine.sandbox()
  sandbox.execute("DROP TABLE n; CREATE STREAM r WITH (VALUE_FORMAT='AVRO') AS SELECT * FROM s;")
  expect(() => sandbox.execute('CREATE STREAM q AS SELECT nothing FROM s;')).toThrow('NOTHING')
  sandbox.execute('INSERT INTO s VALUES (2, 2);')
  expect(engine.sources().map(({ name }) => name)).toEqual(['S', 'N'])
  expect(engine.registry.subjects()).toEqual([])
  expect(engine.pull('SELECT * FROM n;').rows).toEqual([[1, 1n]])
})

test('a script is parsed with the variables that it defines on its way', () => {
  const [, statement] = new KsqlEngine().parse(`DEFINE name = 's'; DROP STREAM \${name};`)
  expect(statement).toMatchObject({ kind: 'drop-source', name: 'S' })
})
