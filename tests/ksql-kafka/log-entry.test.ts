import { expect, test } from 'vitest'
import { entryFromBytes, entryToBytes, type LogEntry } from '../../ksql-kafka/log-entry.ts'

test.each<LogEntry>([
  { kind: 'began', id: 'x', server: 'http://127.0.0.1:8088' },
  {
    kind: 'request',
    text: "CREATE STREAM s (x INT) WITH (KAFKA_TOPIC='ü', VALUE_FORMAT='AVRO');",
    settings: { properties: new Map([['auto.offset.reset', 'earliest']]), variables: new Map([['A', '$map']]) },
    now: 1,
    topics: [{ name: 'ü', partitions: 4, replicas: 1 }],
    schemas: [{ subject: 'ü-value', schema: '"int"', type: 'AVRO', id: 7 }],
    reset: 'earliest',
    starts: new Map([['ü', [0, 1, 2, 3]]]),
    history: new Map([['v', [{ from: 0, until: 9 }]]]),
  },
  { kind: 'rows', now: 2, ranges: [{ topic: 't', partition: 1, from: 5, until: 9, count: 3 }] },
])('an entry of the log is read as it was written: $kind', (entry) => {
  expect(entryFromBytes(entryToBytes(entry))).toEqual(entry)
})
