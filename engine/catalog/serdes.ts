import type { Format, FormatOptions, SchemaRegistry, Serde } from '../formats/format.ts'
import { formatByName } from '../formats/index.ts'
import { keyColumns, type Source, type SourceColumn, valueColumns } from './source.ts'

/** The readers and writers of a source's keys and values. */
export function createSerdes(source: Source, registry: SchemaRegistry): { key: Serde; value: Serde } {
  const of = (isKey: boolean): Serde => {
    const { format, columns, options } = sideOf(source, isKey, registry)
    return format.create(columns, options)
  }
  return { key: of(true), value: of(false) }
}

/** Registers the schemas a source's records are written with, where its formats have any: those of their ids, or such as fit the columns. */
export function registerSchemas(source: Source, registry: SchemaRegistry): void {
  for (const isKey of [true, false]) {
    const { format, columns, options } = sideOf(source, isKey, registry)
    const subject = `${source.topic}-${isKey ? 'key' : 'value'}`
    if (!format.inference || columns.length === 0) continue
    const named = options.schemaId === undefined ? null : registry.byId(options.schemaId)
    if (named !== null) {
      registry.register(subject, named.schema, named.type, named.id)
      continue
    }
    if (!source.derived && registry.latest(subject) !== null) continue
    const schema = format.schemaFor(columns, options)
    if (schema !== null) registry.register(subject, schema, 'AVRO')
  }
}

function sideOf(
  source: Source,
  isKey: boolean,
  registry: SchemaRegistry,
): { format: Format; columns: readonly SourceColumn[]; options: FormatOptions } {
  const side = isKey ? source.keyFormat : source.valueFormat
  const defaultName = isKey && source.derived && side.name === 'AVRO' ? defaultKeySchemaName(source) : undefined
  return {
    format: formatByName(side.name),
    columns: isKey ? keyColumns(source) : valueColumns(source),
    options: {
      delimiter: side.delimiter,
      wrapSingle: side.wrapSingle,
      schemaFullName: side.schemaFullName ?? defaultName,
      schemaId: side.schemaId,
      isKey,
      topic: source.topic,
      registry,
    },
  }
}

/** io.confluent.ksql.avro_schemas.OutputKey for a sink named OUTPUT (shared/ksqldb/KSQL-NOTES.md D). */
function defaultKeySchemaName(source: Source): string {
  const name = source.name.toLowerCase().replace(/(^|_)([a-z0-9])/g, (_, _sep: string, c: string) => c.toUpperCase())
  return `io.confluent.ksql.avro_schemas.${name}Key`
}
