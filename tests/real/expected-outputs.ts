import { createSerdes, KsqlEngine, MemorySchemaRegistry, RecordCodec, type Source } from '../../engine/index.ts'
import { windowedKey } from '../../ksql-kafka/windowed-key.ts'
import type { RealServers } from './global-setup.ts'
import { type CommittedRecord, committedRecords } from './topic-records.ts'

/** What of a record must be the same whoever made it: of Avro not the id of its schema. */
export interface Output {
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
}

export interface SinkOutputs {
  readonly isTable: boolean
  readonly outputs: readonly Output[]
}

const AVRO_HEADER = 5

function outputOf(key: Uint8Array | null, value: Uint8Array | null, timestamp: number, isAvro: boolean): Output {
  const text = (bytes: Uint8Array | null): string | null =>
    bytes === null ? null : Buffer.from(bytes).toString('base64')
  return { key: text(key), value: text(isAvro ? (value?.subarray(AVRO_HEADER) ?? null) : value), timestamp }
}

/**
 * What the statements make of records in an engine in memory, by topic.
 * @param records in the order of processing
 */
export async function expectedOutputs(
  { registry }: RealServers,
  statements: readonly string[],
  records: readonly CommittedRecord[],
): Promise<Map<string, SinkOutputs>> {
  const schemas = new MemorySchemaRegistry()
  for (const id of new Set(records.flatMap(({ value }) => (value?.[0] === 0 ? [value.readInt32BE(1)] : [])))) {
    const { schema } = (await (await fetch(`${registry}/schemas/ids/${id}`)).json()) as { schema: string }
    schemas.register(`id-${id}`, schema, 'AVRO', id)
  }
  const found = new Map<string, { isTable: boolean; outputs: Output[] }>()
  const codecs = new Map<Source, RecordCodec>()
  const engine: KsqlEngine = new KsqlEngine({
    registry: schemas,
    onTopic: (topic) =>
      engine.topic(topic).subscribe((batch, source) => {
        if (!source.derived) return
        const codec = codecs.get(source) ?? codecOf(source, schemas)
        codecs.set(source, codec)
        const sink = found.get(topic) ?? { isTable: source.kind === 'TABLE', outputs: [] }
        found.set(topic, sink)
        for (const { key, value, timestamp, window } of codec.encode(batch)) {
          const full = key === null || window === undefined ? key : windowedKey(key, window)
          sink.outputs.push(outputOf(full, value, timestamp, source.valueFormat.name === 'AVRO'))
        }
      }),
  })
  for (const text of statements)
    engine.scoped({ properties: new Map(), variables: new Map() }, () => engine.execute(text))
  for (const { topic, key, value, timestamp } of records) {
    engine.topic(topic).appendRecord({ key, value, timestamp, headers: [] })
  }
  return found
}

function codecOf(source: Source, schemas: MemorySchemaRegistry): RecordCodec {
  const { key, value } = createSerdes(source, schemas)
  return new RecordCodec(source, key, value)
}

/** What the broker has of these topics. */
export async function actualOutputs(
  { bootstrap }: RealServers,
  expected: ReadonlyMap<string, SinkOutputs>,
  isAvro: (topic: string) => boolean,
): Promise<Map<string, SinkOutputs>> {
  const records = await committedRecords(bootstrap, [...expected.keys()])
  return new Map(
    [...expected].map(([topic, { isTable }]) => [
      topic,
      {
        isTable,
        outputs: (records.get(topic) ?? []).map(({ key, value, timestamp }) =>
          outputOf(key, value, timestamp, isAvro(topic)),
        ),
      },
    ]),
  )
}

/** For comparison: all records of a stream in order, the last of each key of a table. */
export function comparable({ isTable, outputs }: SinkOutputs): unknown {
  if (!isTable) return outputs
  return new Map(
    [...new Map(outputs.map((output) => [output.key, output]))].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  )
}
