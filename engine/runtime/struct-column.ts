import type { SqlType, StructType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { type Column, ColumnBuilder, readValue } from './batch.ts'

/** A STRUCT column kept as one column a field: who reads fields never meets a struct. The structs are made when somebody asks for them. */
export class StructColumn implements Column {
  readonly nulls = null
  readonly fields: readonly Column[]
  private readonly type: StructType
  private readonly count: number
  private structs: SqlValue[] | null = null

  constructor(fields: readonly Column[], type: StructType, count: number) {
    this.fields = fields
    this.type = type
    this.count = count
  }

  get data(): SqlValue[] {
    this.structs ??= Array.from({ length: this.count }, (_, row) =>
      this.fields.map((field, j) => readValue(field, row, this.type.fields[j]?.type ?? { base: 'STRING' })),
    )
    return this.structs
  }
}

/** One field of a STRUCT column, as a column. */
export function fieldOf(column: Column, field: number, count: number, type: SqlType): Column {
  const kept = column.fields?.[field]
  if (kept !== undefined) return kept
  const builder = new ColumnBuilder(type, count)
  for (let row = 0; row < count; row++) {
    const struct = column.data[row] as SqlValue as readonly SqlValue[] | null
    builder.set(row, struct?.[field] ?? null)
  }
  return builder.finish()
}
