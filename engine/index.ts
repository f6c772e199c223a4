export { createSerdes } from './catalog/serdes.ts'
export { keyColumns, type Source, valueColumns } from './catalog/source.ts'
export { KsqlEngine, type KsqlEngineOptions } from './engine.ts'
export { KsqlError, type KsqlErrorKind, type Position } from './errors.ts'
export { AvroSink } from './formats/avro-binary.ts'
export { parseAvroSchema } from './formats/avro-schema.ts'
export type { RegisteredSchema, SchemaRegistry } from './formats/format.ts'
export { JSON_FORMAT } from './formats/json.ts'
export { jsonWriter, objectWriter } from './formats/json-write.ts'
export { MemorySchemaRegistry } from './formats/registry.ts'
export { builtinFunctions, FunctionRegistry } from './functions/registry.ts'
export type { QueryHandle, RowsInColumns, Settings, SourceInfo, StatementResult, TopicHandle } from './handles.ts'
export type { LayoutColumn } from './plan/nodes.ts'
export { dataColumns } from './plan/scope.ts'
export { Batch, type Column, type Header, readValue, sliceColumn } from './runtime/batch.ts'
export { type RawRecord, RecordCodec, type RecordWindow } from './runtime/codec.ts'
export type { CountedError } from './runtime/error-counter.ts'
export type { Subscriber } from './runtime/topic.ts'
export type { PullResult } from './statements/pull-query.ts'
export type { PushQuery } from './statements/push-query.ts'
export {
  type Expression,
  formatExpression,
  formatIdentifier,
  formatTypeName,
  hint,
  parseStatement,
  type Statement,
  type StatementSource,
  splitStatements,
} from './syntax/index.ts'
export { dateToText, timestampToText, timeToText } from './types/datetime.ts'
export { Decimal } from './types/decimal.ts'
export { formatType, type SqlType } from './types/sql-type.ts'
export type { SqlValue } from './types/values.ts'
