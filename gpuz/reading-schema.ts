import { catalogue } from './catalogue.ts'
import type { Sensor } from './sensor.ts'

/** A field of a reading, in the two languages that declare it. */
export interface ReadingField {
  readonly name: string
  readonly sql: string
  readonly avro: unknown
  readonly doc: string
}

/** What a reading is besides its sensors; the key of its topic is the device. */
const origin: readonly ReadingField[] = [
  { name: 'device', sql: 'VARCHAR KEY', avro: 'string', doc: 'The graphics card, also the key of the topic.' },
  {
    name: 'ts',
    sql: 'TIMESTAMP',
    avro: { type: 'long', logicalType: 'timestamp-millis' },
    doc: 'When the sensors were read, UTC. Unique for a source: rows of one stamp are 1 ms apart.',
  },
  { name: 'host', sql: 'VARCHAR', avro: 'string', doc: 'The machine that sent the reading.' },
  { name: 'source', sql: 'VARCHAR', avro: 'string', doc: 'The log that the reading stood in; with row its identity.' },
  { name: 'row', sql: 'BIGINT', avro: 'long', doc: 'Ordinal of the reading in its log, from 0.' },
]

const other: ReadingField = {
  name: 'other',
  sql: 'MAP<VARCHAR, DOUBLE>',
  avro: { type: 'map', values: 'double' },
  doc: 'Sensors that the catalogue does not know, by the header in the log.',
}

/** Fields of a reading in the order of schema and stream: where it comes from, every sensor of the catalogue, the rest. */
export const readingFields: readonly ReadingField[] = [...origin, ...catalogue.map(sensorField), other]

/** The Avro schema of a reading, as the object that its JSON stands for. Sensors are null where the log has no reading. */
export function readingSchema(): object {
  return {
    type: 'record',
    name: 'GpuReading',
    namespace: 'gpumon',
    doc: 'One row of a GPU-Z sensor log. Generated from gpuz/catalogue.ts by schemas/generate.ts.',
    fields: readingFields.map(({ name, avro, doc }) => ({ name, type: avro, ...defaultOf(avro), doc })),
  }
}

/** The columns of a reading as CREATE STREAM lists them, one a line. `row` is quoted: it is a word of SQL. */
export function ksqlColumns(): string {
  return readingFields.map(({ name, sql }) => `  ${name === 'row' ? '`row`' : name} ${sql}`).join(',\n')
}

function sensorField({ field, kind, unit, headers }: Sensor): ReadingField {
  const type = kind === 'state' ? 'int' : 'double'
  const seen = headers.length === 0 ? '' : ` In logs: ${headers.join(', ')}.`
  return {
    name: field,
    sql: kind === 'state' ? 'INT' : 'DOUBLE',
    avro: ['null', type],
    doc: `${kind === 'state' ? 'Bit mask' : unit}.${seen}`,
  }
}

function defaultOf(avro: unknown): object {
  if (Array.isArray(avro)) return { default: null }
  return typeof avro === 'object' && avro !== null && 'values' in avro ? { default: {} } : {}
}
