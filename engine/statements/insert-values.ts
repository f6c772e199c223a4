import type { Source } from '../catalog/source.ts'
import { evaluateConstant } from '../compile/evaluate.ts'
import type { ExpressionEnvironment } from '../compile/expression.ts'
import { KsqlError, semanticError } from '../errors.ts'
import { coerce } from '../plan/coerce.ts'
import { dataColumns } from '../plan/scope.ts'
import type { TypeChecker } from '../plan/type-check.ts'
import { nullColumn } from '../runtime/adapter.ts'
import { Batch, ColumnBuilder } from '../runtime/batch.ts'
import type { RawRecord, RecordCodec } from '../runtime/codec.ts'
import type { InsertValues } from '../syntax/ast.ts'
import { formatExpression, hint } from '../syntax/index.ts'
import { caster } from '../types/cast.ts'
import { formatType, isTemporal } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'

export interface InsertContext {
  readonly checker: TypeChecker
  readonly codec: RecordCodec
  readonly environment: ExpressionEnvironment
}

/** The record an INSERT … VALUES makes. ROWTIME may be among the columns; it is the record's time, else the clock's. */
export function insertValues(statement: InsertValues, source: Source, context: InsertContext): RawRecord {
  if (source.readOnly)
    throw semanticError(
      `Cannot insert values into read-only ${source.kind.toLowerCase()}: ${source.name}`,
      statement.at,
      'Sources made by CREATE SOURCE only read their topic: make it without SOURCE.',
    )
  if (source.window !== null)
    throw semanticError(
      `Cannot insert values into windowed stream/table ${source.name}`,
      statement.at,
      'Insert into the stream it is made from.',
    )
  const headers = source.columns.filter((c) => c.role === 'headers' && statement.columns.includes(c.name))
  if (headers.length > 0) {
    throw semanticError(
      `Cannot insert into HEADER columns: ${headers.map((c) => c.name).join(', ')}`,
      statement.at,
      'Leave them out: inserted rows have no headers.',
    )
  }
  const layout = dataColumns(source)
  const names = statement.columns.length > 0 ? statement.columns : layout.map((c) => c.name)
  if (names.length !== statement.values.length) {
    throw semanticError(
      `Expected a value for each column. Expected Columns: [${names.join(', ')}]. Got ${statement.values.length} values.`,
      statement.at,
      `Give ${names.length} values, or name the columns you give.`,
    )
  }
  const values: SqlValue[] = layout.map(() => null)
  let time = context.environment.now()
  for (const [i, name] of names.entries()) {
    const e = statement.values[i]
    if (e === undefined) continue
    const index = layout.findIndex((c) => c.name === name)
    const column = layout[index]
    const type = column?.type ?? (name === 'ROWTIME' ? ({ base: 'BIGINT' } as const) : null)
    if (type === null) {
      const known = layout.map((c) => c.name)
      throw semanticError(
        `Column name ${name} does not exist in ${source.name}.`,
        statement.at,
        hint(name, known, 'Columns'),
      )
    }
    const typed = context.checker.check(e)
    const text = typed.type.base === 'STRING' && isTemporal(type)
    const converted =
      coerce(typed, type) ??
      (text ? { op: 'convert' as const, operand: typed, type, convert: caster(typed.type, type), throws: true } : null)
    const isNull = typed.op === 'const' && typed.value === null
    if (converted === null && !isNull) {
      throw semanticError(
        `Failed to insert values into '${source.name}'. Expected type ${formatType(type)} for field \`${name}\` but got ${formatType(typed.type)}(${e.kind === 'string' ? e.value : formatExpression(e)})`,
        e.at,
        'CAST the value.',
      )
    }
    const value = converted === null || isNull ? null : evaluateConstant(converted, context.environment)
    if (column === undefined) time = Number(value)
    else values[index] = value
  }
  if (source.kind === 'TABLE' && layout.some((c, i) => c.role === 'key' && values[i] === null)) {
    throw semanticError(
      `Failed to insert values into '${source.name}'. Value for primary key column(s) ${layout
        .filter((c) => c.role === 'key')
        .map((c) => c.name)
        .join(', ')} is required for tables`,
      statement.at,
      'Give the key a value.',
    )
  }
  const columns = layout.map((c, i) => {
    const value = values[i] ?? null
    if (value === null) return nullColumn(c.type, 1)
    const builder = new ColumnBuilder(c.type, 1)
    builder.set(0, value)
    return builder.finish()
  })
  const refuse = (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `Failed to insert values into '${source.name}'. ${reason}`
    throw new KsqlError('semantic', message, {
      position: statement.at,
      fix: `Give values that ${source.valueFormat.name} can carry in topic ${source.topic}.`,
      cause,
    })
  }
  const [record] = context.codec.encode(new Batch(1, columns, Float64Array.of(time)), refuse)
  if (record === undefined) throw new Error('a row gave no record')
  return record
}
