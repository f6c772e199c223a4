import type { Source } from '../catalog/source.ts'
import { dataColumns } from '../plan/scope.ts'
import { type SqlType, sameType } from '../types/sql-type.ts'
import { allocate, Batch, type Column, type Physical, physicalOf } from './batch.ts'

/**
 * A way to hand rows written under one source's columns to a reader that declared others, without going through bytes: possible when both
 * use the same formats and every column the reader wants has the same type, or is absent. Null where the bytes must decide.
 */
export function columnAdapter(writer: Source, reader: Source): ((batch: Batch) => Batch) | null {
  if (reader.columns.some((c) => c.role === 'headers')) return null
  const from = dataColumns(writer)
  const to = dataColumns(reader)
  const identical =
    from.length === to.length &&
    from.every(
      (c, i) => c.name === to[i]?.name && c.role === to[i]?.role && to[i] !== undefined && sameType(c.type, to[i].type),
    )
  const sameFormats =
    writer.keyFormat.name === reader.keyFormat.name && writer.valueFormat.name === reader.valueFormat.name
  const sameWindows = writer.window?.type === reader.window?.type && writer.window?.size === reader.window?.size
  if (!sameFormats || !sameWindows) return null
  if (identical) return (batch) => batch
  const byName = writer.valueFormat.name === 'JSON' || writer.valueFormat.name === 'AVRO'
  const valuesWrapped = (s: Source) => s.valueFormat.wrapSingle !== false
  if (!byName || !valuesWrapped(writer) || !valuesWrapped(reader)) return null
  const keys = (s: typeof from) => s.filter((c) => c.role === 'key')
  const sameKeys =
    keys(from).length === keys(to).length && keys(from).every((c, i) => sameType(c.type, keys(to)[i]?.type ?? c.type))
  if (!sameKeys) return null
  const picks: (number | null)[] = []
  let key = 0
  for (const wanted of to) {
    if (wanted.role === 'key') {
      picks.push(from.indexOf(keys(from)[key++] ?? wanted))
      continue
    }
    const index = from.findIndex((c) => c.role === 'value' && c.name.toUpperCase() === wanted.name.toUpperCase())
    const found = from[index]
    if (found === undefined) picks.push(null)
    else if (sameType(found.type, wanted.type)) picks.push(index)
    else return null
  }
  return (batch) => {
    const columns = picks.map((pick, i) => {
      const column = pick === null ? undefined : batch.columns[pick]
      return column ?? nullColumn(to[i]?.type ?? { base: 'STRING' }, batch.count)
    })
    return withColumns(batch, columns)
  }
}

const nullColumns = new Map<Physical, { readonly column: Column; readonly capacity: number }>()

/** A column of NULLs with at least `count` rows. Columns are never changed, so all share one. */
export function nullColumn(type: SqlType, count: number): Column {
  const physical = physicalOf(type)
  const known = nullColumns.get(physical)
  if (known !== undefined && known.capacity >= count) return known.column
  const capacity = Math.max(count, known === undefined ? 64 : 2 * known.capacity)
  const column: Column =
    physical === 'ref'
      ? { data: new Array(capacity).fill(null), nulls: null }
      : { data: allocate(physical, capacity), nulls: new Uint8Array(capacity).fill(1) }
  nullColumns.set(physical, { column, capacity })
  return column
}

/** The same rows with other columns. */
export function withColumns(batch: Batch, columns: Column[]): Batch {
  const result = new Batch(batch.count, columns, batch.rowtime)
  const { tombstone, keyNull, windowStart, windowEnd, offsets, headers, cause } = batch
  return Object.assign(result, { tombstone, keyNull, windowStart, windowEnd, offsets, headers, cause })
}
