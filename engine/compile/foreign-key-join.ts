import type { ForeignKeyJoinNode } from '../plan/nodes.ts'
import { type Batch, readValue } from '../runtime/batch.ts'
import { ForeignKeyStore, type Subscriber } from '../runtime/foreign-key-store.ts'
import { JoinedRows, type Origin, originOf, valuesAt } from '../runtime/joined-rows.ts'
import { type StoredRow, TableStore } from '../runtime/table-store.ts'
import type { SqlValue } from '../types/values.ts'
import type { ExpressionEnvironment } from './expression.ts'
import { compileKey } from './key-kernel.ts'
import type { ReportError } from './output.ts'
import type { TableChange } from './table-table-join.ts'

/**
 * Joins tables where the left row names the key of the right one. A change of the left row looks the right one up; a change of the right row
 * changes the result of every left row that names it, in the order of their keys.
 */
export class ForeignKeyJoin {
  private readonly node: ForeignKeyJoinNode
  private readonly foreignKeyOf: ReturnType<typeof compileKey>
  private readonly left: ForeignKeyStore
  private readonly right: TableStore
  private readonly keyPlaces: readonly number[]
  private readonly rightKey: number
  private readonly compareKeys: (a: readonly unknown[], b: readonly unknown[]) => number

  constructor(
    node: ForeignKeyJoinNode,
    environment: ExpressionEnvironment,
    report: ReportError,
    compareKeys: (a: readonly unknown[], b: readonly unknown[]) => number,
  ) {
    this.node = node
    this.compareKeys = compareKeys
    this.foreignKeyOf = compileKey(node.left, node.foreignKey, environment, report)
    this.keyPlaces = node.left.layout.flatMap((c, k) => (c.role === 'key' ? [k] : []))
    const keyTypes = this.keyPlaces.flatMap((k) => node.left.layout[k]?.type ?? [])
    this.left = new ForeignKeyStore(keyTypes, node.foreignKey.type)
    this.right = new TableStore(node.right.layout)
    this.rightKey = node.right.layout.findIndex((c) => c.role === 'key')
  }

  takeLeft(batch: Batch): TableChange {
    const { left, inner, foreignKey } = this.node
    const foreign = this.foreignKeyOf(batch)
    const next = this.rows(batch.count)
    const previous = this.rows(batch.count)
    for (let i = 0; i < batch.count; i++) {
      const origin = originOf(batch, i)
      const values = valuesAt(batch, i, left.layout)
      const keys = this.keyPlaces.map((k) => values[k] ?? null)
      const row: Subscriber = {
        values,
        keys,
        foreign: readValue(foreign, i, foreignKey.type),
        time: batch.rowtime[i] ?? 0,
      }
      const now = batch.tombstone?.[i] === 1 ? undefined : row
      const old = this.left.replace(row, now)
      if (now === undefined && old === undefined) continue
      const partner = this.partnerOf(now)
      // an inner join has nothing to say of a row that is new and alone, or was never subscribed to anything
      if (inner && partner === undefined && (old === undefined || old.foreign === null)) continue
      this.put(next, row, now, partner, row.time, origin)
      this.put(previous, row, old, this.partnerOf(old), old?.time ?? 0, origin)
    }
    return { next: next.finish(), previous: previous.finish() }
  }

  takeRight(batch: Batch): TableChange {
    const { right } = this.node
    const next = this.rows(batch.count)
    const previous = this.rows(batch.count)
    const keyColumn = batch.columns[this.rightKey]
    const keyType = right.layout[this.rightKey]?.type
    if (keyColumn === undefined || keyType === undefined) throw new Error('a table without key')
    for (let i = 0; i < batch.count; i++) {
      const origin = originOf(batch, i)
      const key = readValue(keyColumn, i, keyType)
      const old = this.right.replace(batch, i)
      const now = batch.tombstone?.[i] === 1 ? undefined : this.right.row([key], null)
      const subscribers = this.left.subscribersOf(key).sort((a, b) => this.compareKeys(a.keys, b.keys))
      for (const row of subscribers) {
        this.put(next, row, row, now, batch.rowtime[i] ?? 0, origin)
        this.put(previous, row, row, old, old?.time ?? 0, origin)
      }
    }
    return { next: next.finish(), previous: previous.finish() }
  }

  private rows(capacity: number): JoinedRows {
    const { layout, left, right } = this.node
    return new JoinedRows(layout, left.layout.length, right.layout.length, capacity)
  }

  private partnerOf(row: Subscriber | undefined): StoredRow | undefined {
    return row === undefined || row.foreign === null ? undefined : this.right.row([row.foreign], null)
  }

  /** What is joined of a left row, or that nothing is; `of` gives the keys. */
  private put(
    into: JoinedRows,
    of: Subscriber,
    row: Subscriber | undefined,
    partner: StoredRow | undefined,
    time: number,
    origin: Origin,
  ): void {
    const at = Math.max(time, row?.time ?? time, partner?.time ?? time)
    if (row === undefined || (partner === undefined && this.node.inner)) {
      into.addTombstone(new Map<number, SqlValue>(this.keyPlaces.map((k, j) => [k, of.keys[j] ?? null])), at, origin)
    } else into.add(row.values, partner?.values ?? null, null, at, origin)
  }

  save(): unknown {
    return [this.left.save(), this.right.save()]
  }

  load(saved: unknown): void {
    const [left, right] = saved as [unknown, unknown]
    this.left.load(left)
    this.right.load(right)
  }
}
