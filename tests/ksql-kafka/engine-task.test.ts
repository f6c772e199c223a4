import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { QueuedRecord } from '../../kafka/partition-queue.ts'
import type { AddressedRecord } from '../../kafka/transactional-sender.ts'
import { EngineTask } from '../../ksql-kafka/engine-task.ts'
import type { ExecutedRequest } from '../../ksql-kafka/log-entry.ts'

const RUNS = Number(process.env['GPUMON_RUNS'] ?? 40)
const listener = {
  onFault: (error: unknown) => {
    throw error
  },
}
const NO_SETTINGS = { properties: new Map(), variables: new Map() }

function request(text: string, facts: Partial<ExecutedRequest> = {}): ExecutedRequest {
  const nothing = { topics: [], schemas: [], starts: new Map(), history: new Map() }
  return { kind: 'request', text, settings: NO_SETTINGS, now: 0, reset: 'latest', ...nothing, ...facts }
}

const STATEMENTS = `
  CREATE STREAM r (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
  CREATE TABLE limits (id VARCHAR PRIMARY KEY, most INT) WITH (KAFKA_TOPIC='limits', VALUE_FORMAT='JSON');
  CREATE STREAM broken WITH (PARTITIONS=3) AS SELECT r.id AS id, x, most FROM r JOIN limits ON r.id = limits.id WHERE x > most;
  CREATE TABLE sums AS SELECT id, SUM(x) AS total FROM r WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
  CREATE TABLE bursts AS SELECT id, COUNT(*) AS n FROM broken WINDOW SESSION (5 SECONDS) GROUP BY id;`
const MADE = request(STATEMENTS, {
  topics: [
    { name: 'r', partitions: 1, replicas: 1 },
    { name: 'limits', partitions: 1, replicas: 1 },
  ],
  starts: new Map([
    ['r', [0]],
    ['limits', [0]],
  ]),
})

interface Row {
  readonly topic: 'r' | 'limits'
  readonly id: string
  readonly x: number
  readonly time: number
}

const row: fc.Arbitrary<Row> = fc.record({
  topic: fc.constantFrom('r', 'r', 'r', 'limits'),
  id: fc.constantFrom('a', 'b', 'c'),
  x: fc.integer({ min: 0, max: 9 }),
  time: fc.integer({ min: 0, max: 60_000 }),
})

function take(task: EngineTask, rows: readonly Row[]): AddressedRecord[] {
  const runs = rows.map(({ topic, id, x, time }) => {
    const value = Buffer.from(JSON.stringify(topic === 'r' ? { x } : { most: x }))
    const record: QueuedRecord = { offset: 0, key: Buffer.from(id), value, timestamp: time }
    return { topic, records: [record] }
  })
  task.rows({ kind: 'rows', now: 0, ranges: [] }, { runs })
  return task.take()
}

/** Of tables the last of each key: how many before them are sent depends on where transactions end. */
function comparable(records: readonly AddressedRecord[]): unknown {
  const texts = records.map(({ key, value, ...rest }) => ({
    ...rest,
    key: key?.toString('hex'),
    value: value?.toString(),
  }))
  return {
    streams: texts.filter(({ topic }) => topic === 'BROKEN'),
    tables: new Map(texts.filter(({ topic }) => topic !== 'BROKEN').map((text) => [`${text.topic} ${text.key}`, text])),
  }
}

test('a task that is saved and restored at any moment goes on as if nothing had been', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.nat(40), (rows, cut) => {
      const whole = EngineTask.empty(listener)
      whole.request(MADE, () => {}, [])
      const expected = take(whole, rows)

      const first = EngineTask.empty(listener)
      first.request(MADE, () => {}, [])
      const before = take(first, rows.slice(0, cut))
      const second = EngineTask.restore(first.save(), listener)
      const after = take(second, rows.slice(cut))
      expect(comparable([...before, ...after])).toEqual(comparable(expected))
      expect(second.positions).toEqual(whole.positions)
    }),
    { numRuns: RUNS },
  )
})

test('what is read from Kafka is what queries read and none of them writes', () => {
  const task = EngineTask.empty(listener)
  task.request(MADE, () => {}, [])
  expect([...task.positions.keys()]).toEqual(['r', 'limits'])
  expect(task.isOwn('BROKEN')).toBe(true)
  expect(task.isTable('limits')).toBe(true)
})

test('a row for a topic that a query writes is refused, since its readers would not see it', () => {
  const task = EngineTask.empty(listener)
  task.request(MADE, () => {}, [])
  const insert = request("INSERT INTO broken (id, x, most) VALUES ('a', 1, 0);")
  expect(() => task.request(insert, () => {}, [])).toThrow("its topic 'BROKEN' is written by query CSAS_BROKEN_0")
})

test('inserted rows are records for the topic, not for the engine', () => {
  const task = EngineTask.empty(listener)
  task.request(MADE, () => {}, [])
  const inserted: AddressedRecord[] = []
  task.request(request("INSERT INTO r (id, x, ROWTIME) VALUES ('a', 7, 5);"), (record) => inserted.push(record), [])
  expect(inserted).toMatchObject([{ topic: 'r', partition: 0, key: Buffer.from('a'), timestamp: 5 }])
  expect(inserted[0].value?.toString()).toBe('{"X":7}')
  expect(task.take()).toEqual([])
})

test('of a table only the last change of a key is sent, of a stream every row', () => {
  const task = EngineTask.empty(listener)
  task.request(MADE, () => {}, [])
  const limits: Row[] = [{ topic: 'limits', id: 'a', x: 0, time: 0 }]
  const rows = [1, 2, 3].map((x): Row => ({ topic: 'r', id: 'a', x, time: x }))
  const sent = take(task, [...limits, ...rows])
  const of = (topic: string) =>
    sent.filter((record) => record.topic === topic).map(({ value }) => value?.toString() ?? null)
  expect(of('BROKEN')).toHaveLength(3)
  expect(of('SUMS')).toEqual(['{"TOTAL":6}'])
})

test('a row that the format of its topic cannot carry is counted, and the others are sent', () => {
  const task = EngineTask.empty(listener)
  const schema = '{"type":"record","name":"S","fields":[{"name":"ID","type":"string"},{"name":"X","type":"int"}]}'
  const text = `
    CREATE STREAM r (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
    CREATE STREAM s WITH (VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=7) AS SELECT id AS k, AS_VALUE(id) AS id, x FROM r;
    CREATE STREAM t AS SELECT * FROM r;
    CREATE STREAM r2 (k VARCHAR KEY) WITH (KAFKA_TOPIC='r2', PARTITIONS=1, VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=7);`
  const facts = {
    topics: [{ name: 'r', partitions: 1, replicas: 1 }],
    schemas: ['S-value', 'r2-value'].map((subject) => ({ subject, schema, type: 'AVRO' as const, id: 7 })),
    starts: new Map([['r', [0]]]),
  }
  task.request(request(text, facts), () => {}, [])
  const rows = [1, Number.NaN, 3].map((x): Row => ({ topic: 'r', id: 'a', x, time: 0 }))
  const sent = take(task, rows)
  expect(sent.filter(({ topic }) => topic === 'S')).toHaveLength(2)
  expect(sent.filter(({ topic }) => topic === 'T')).toHaveLength(3)
  const insert = request("INSERT INTO r2 (k, id) VALUES ('a', 'b');")
  expect(() => task.request(insert, () => {}, [])).toThrow(
    "Failed to insert values into 'R2'. 'X' is null, and its Avro schema does not allow it",
  )
  expect(task.engine.errors.all()).toEqual([
    {
      place: 'topic S',
      what: 'a row cannot be written as AVRO',
      count: 1,
      example: "'X' is null, and its Avro schema does not allow it",
    },
  ])
})

test('new partitions of a topic are read, and rows for it go to them', () => {
  const task = EngineTask.empty(listener)
  task.request(MADE, () => {}, [])
  task.grow({ kind: 'growth', starts: new Map([['r', [4, 0]]]) })
  expect(task.positions.get('r')).toEqual([0, 4, 0])
  const partitions = new Set<number>()
  const insert = (record: AddressedRecord) => partitions.add(record.partition)
  for (const id of 'abcdefgh') task.request(request(`INSERT INTO r (id, x) VALUES ('${id}', 7);`), insert, [])
  expect([...partitions].sort()).toEqual([0, 1, 2])
  expect(EngineTask.restore(task.save(), listener).positions).toEqual(task.positions)
})

test('what became of statements is known after a restart', () => {
  const task = EngineTask.empty(listener)
  task.request(MADE, () => {}, [])
  const restored = EngineTask.restore(task.save(), listener)
  expect(restored.commands.find('stream/`BROKEN`/create')).toMatchObject({ status: 'SUCCESS' })
  expect(restored.commands.all()).toEqual(task.commands.all())
})
