import type { ForeignKeyJoinNode } from '../plan/nodes.ts'
import { type Batch, causeOf, type Header, readValue } from '../runtime/batch.ts'
import { ForeignKeyStore, type Subscriber } from '../runtime/foreign-key-store.ts'
import { JoinedRows, rowsIn } from '../runtime/joined-rows.ts'
import { type StoredRow, TableStore } from '../runtime/table-store.ts'
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

  takeLeft(batch: Batch, wantsPrevious: boolean): TableChange {
    const { left, inner, foreignKey } = this.node
    const foreign = this.foreignKeyOf(batch)
    const next = this.rows()
    const previous = wantsPrevious ? this.rows() : null
    for (const [i, values] of rowsIn(batch, left.layout).entries()) {
      const at = originOf(batch, i)
      const keys = this.keyPlaces.map((k) => values[k] ?? null)
      const row: Subscriber = { values, keys, foreign: readValue(foreign, i, foreignKey.type), time: at.time }
      const now = batch.tombstone?.[i] === 1 ? undefined : row
      const old = this.left.replace(row, now)
      if (now === undefined && old === undefined) continue
      const partner = this.partnerOf(now)
      // an inner join has nothing to say of a row that is new and alone, or named no other before
      if (inner && partner === undefined && (old === undefined || old.foreign === null)) continue
      this.put(next, row, now, partner, at.time, at)
      if (previous !== null) this.put(previous, row, old, this.partnerOf(old), old?.time ?? 0, at)
    }
    return { next: next.finish(), previous: previous?.finish() ?? null }
  }

  takeRight(batch: Batch, wantsPrevious: boolean): TableChange {
    const next = this.rows()
    const previous = wantsPrevious ? this.rows() : null
    for (const [i, values] of rowsIn(batch, this.node.right.layout).entries()) {
      const at = originOf(batch, i)
      const key = values[this.rightKey] ?? null
      const now = batch.tombstone?.[i] === 1 ? undefined : { values, time: at.time, window: null }
      const old = this.right.put([key], null, now)
      const subscribers = this.left.subscribersOf(key).sort((a, b) => this.compareKeys(a.keys, b.keys))
      for (const row of subscribers) {
        this.put(next, row, row, now, at.time, at)
        if (previous !== null) this.put(previous, row, row, old, old?.time ?? 0, at)
      }
    }
    return { next: next.finish(), previous: previous?.finish() ?? null }
  }

  /** The result as it stands. */
  present(): Batch {
    const result = this.rows()
    for (const row of this.left.all()) {
      const partner = this.partnerOf(row)
      if (partner === undefined && this.node.inner) continue
      this.put(result, row, row, partner, row.time, { time: row.time, cause: result.count, headers: undefined })
    }
    return result.finish()
  }

  private rows(): JoinedRows {
    const { layout, left, right } = this.node
    return new JoinedRows(layout, left.layout.length, right.layout.length)
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
    { cause, headers }: Origin,
  ): void {
    const latest = Math.max(time, row?.time ?? time, partner?.time ?? time)
    if (row === undefined || (partner === undefined && this.node.inner)) {
      const keys = of.values.map((value, k) => (this.keyPlaces.includes(k) ? value : null))
      into.addTombstone(keys, null, latest, cause)
    } else into.add(row.values, partner?.values ?? null, null, latest, cause)
    into.header(headers)
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

/** Where a change comes from. */
interface Origin {
  readonly time: number
  readonly cause: number
  readonly headers: readonly Header[] | undefined
}

function originOf(batch: Batch, i: number): Origin {
  return { time: batch.rowtime[i] ?? 0, cause: causeOf(batch, i), headers: batch.headers?.[i] }
}
