import type { Source } from './catalog/source.ts'
import type { SourceInfo } from './handles.ts'

/** A stream or table as the outside sees it. */
export function sourceInfo(source: Source): SourceInfo {
  const { name, kind, columns, topic, keyFormat, valueFormat, window, readOnly, timestamp } = source
  return {
    name,
    type: kind === 'STREAM' ? 'stream' : 'table',
    columns,
    topic,
    keyFormat,
    valueFormat,
    windowType: window?.type ?? null,
    windowSize: window?.size ?? null,
    isReadOnly: readOnly,
    timestampColumn: timestamp?.column ?? null,
  }
}
