import type { FormatColumn, SchemaRegistry } from '../../engine/formats/format.ts'
import type { SourceInfo } from './contract.ts'

/** One side of a topic's records: what turns a case's JSON into bytes and back. */
export interface Side {
  /** upper case */
  readonly format: string
  readonly columns: readonly FormatColumn[]
  readonly subject: string
  readonly registry: SchemaRegistry
}

/** The key or value side of a topic, by the first source over it; JSON where none is. */
export function sideOf(topic: string, isKey: boolean, sources: readonly SourceInfo[], registry: SchemaRegistry): Side {
  const subject = `${topic}-${isKey ? 'key' : 'value'}`
  const source = sources.find((s) => s.topic === topic)
  if (source === undefined) return { format: isKey ? 'KAFKA' : 'JSON', columns: [], subject, registry }
  return {
    format: (isKey ? source.keyFormat : source.valueFormat).name.toUpperCase(),
    columns: source.columns.filter((column) => column.role === (isKey ? 'key' : 'value')),
    subject,
    registry,
  }
}
