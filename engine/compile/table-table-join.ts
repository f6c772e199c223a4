import type { LayoutColumn, PlanNode, TableTableJoinNode } from '../plan/nodes.ts'
import { type Batch, causeOf } from '../runtime/batch.ts'
import { JoinedRows, resized, rowsIn, windowAt } from '../runtime/joined-rows.ts'
import { type StoredRow, TableStore } from '../runtime/table-store.ts'
import type { SqlValue } from '../types/values.ts'

/** Changed rows, and the rows they replace. */
export interface TableChange {
  readonly next: Batch
  /** null: not asked for */
  readonly previous: Batch | null
}

interface Side {
  readonly isLeft: boolean
  readonly layout: readonly LayoutColumn[]
  readonly store: TableStore
  readonly keyIndex: number
  /** ms, of the windows of its keys */
  readonly size: number | null
  /** rows without partner belong to the result */
  readonly outer: boolean
}

/**
 * Joins two tables by their keys: a change of one side is a change of the result as far as the other side has a row, or is not needed
 * (Kafka Streams' KTable-KTable join: deletions are passed on even where nothing was known; shared/ksqldb/QTT-FORMAT.md 2.3).
 */
export class TableTableJoin {
  private readonly node: TableTableJoinNode
  private readonly left: Side
  private readonly right: Side

  constructor(node: TableTableJoinNode) {
    this.node = node
    const side = (isLeft: boolean, input: PlanNode, outer: boolean): Side => ({
      isLeft,
      layout: input.layout,
      store: new TableStore(input.layout),
      keyIndex: input.layout.findIndex((c) => c.role === 'key'),
      size: input.window?.size ?? null,
      outer,
    })
    this.left = side(true, node.left, node.outer.left)
    this.right = side(false, node.right, node.outer.right)
  }

  takeLeft(batch: Batch, previous: boolean): TableChange {
    return this.take(batch, this.left, this.right, previous)
  }

  takeRight(batch: Batch, previous: boolean): TableChange {
    return this.take(batch, this.right, this.left, previous)
  }

  private take(batch: Batch, own: Side, other: Side, wantsPrevious: boolean): TableChange {
    const { layout, left, right } = this.node
    const next = new JoinedRows(layout, left.layout.length, right.layout.length)
    const previous = wantsPrevious ? new JoinedRows(layout, left.layout.length, right.layout.length) : null
    for (const [i, values] of rowsIn(batch, own.layout).entries()) {
      const key = values[own.keyIndex] ?? null
      const time = batch.rowtime[i] ?? 0
      const cause = causeOf(batch, i)
      const window = windowAt(batch, i)
      const now = batch.tombstone?.[i] === 1 ? undefined : { values, time, window }
      const old = own.store.put([key], window, now)
      const partner = other.store.row([key], resized(window, other.size))
      if (partner === undefined && (!own.outer || (old === undefined && now === undefined))) continue
      const put = (into: JoinedRows, row: StoredRow | undefined, at: number) => {
        const latest = partner === undefined ? at : Math.max(at, partner.time)
        const [l, r] = own.isLeft ? [row, partner] : [partner, row]
        const isThere = row === undefined ? partner !== undefined && other.outer : partner !== undefined || own.outer
        if (isThere) into.add(l?.values ?? null, r?.values ?? null, key, latest, cause)
        else into.addTombstone(null, key, latest, cause)
        // the result has the windows of the left table
        into.window(resized(window, this.left.size))
        into.header(batch.headers?.[i])
      }
      put(next, now, time)
      if (previous !== null) put(previous, old, old?.time ?? 0)
    }
    return { next: next.finish(), previous: previous?.finish() ?? null }
  }

  /** The result as it stands. */
  present(): Batch {
    const { left, right } = this
    const { layout } = this.node
    const result = new JoinedRows(layout, left.layout.length, right.layout.length)
    const keyIn = (side: Side, row: StoredRow) => row.values[side.keyIndex] ?? null
    const add = (row: StoredRow, l: StoredRow | undefined, r: StoredRow | undefined, key: SqlValue) => {
      const time = Math.max(l?.time ?? row.time, r?.time ?? row.time)
      result.add(l?.values ?? null, r?.values ?? null, key, time, result.count)
      result.window(resized(row.window, left.size))
    }
    for (const row of left.store.all()) {
      const key = keyIn(left, row)
      const partner = right.store.row([key], resized(row.window, right.size))
      if (partner !== undefined || left.outer) add(row, row, partner, key)
    }
    if (!right.outer) return result.finish()
    for (const row of right.store.all()) {
      const key = keyIn(right, row)
      const partner = left.store.row([key], resized(row.window, left.size))
      if (partner === undefined) add(row, undefined, row, key)
    }
    return result.finish()
  }

  save(): unknown {
    return [this.left.store.save(), this.right.store.save()]
  }

  load(saved: unknown): void {
    const [left, right] = saved as [unknown, unknown]
    this.left.store.load(left)
    this.right.store.load(right)
  }
}
