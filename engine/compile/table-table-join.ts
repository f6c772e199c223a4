import type { PlanNode, TableTableJoinNode } from '../plan/nodes.ts'
import { type Batch, readValue } from '../runtime/batch.ts'
import { JoinedRows, type Origin, originOf, resized } from '../runtime/joined-rows.ts'
import { type StoredRow, TableStore } from '../runtime/table-store.ts'

/** Changed rows, and the rows they replace. */
export interface TableChange {
  readonly next: Batch
  readonly previous: Batch
}

interface Side {
  readonly isLeft: boolean
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
      store: new TableStore(input.layout),
      keyIndex: input.layout.findIndex((c) => c.role === 'key'),
      size: input.window?.size ?? null,
      outer,
    })
    this.left = side(true, node.left, node.outer.left)
    this.right = side(false, node.right, node.outer.right)
  }

  takeLeft(batch: Batch): TableChange {
    return this.take(batch, this.left, this.right)
  }

  takeRight(batch: Batch): TableChange {
    return this.take(batch, this.right, this.left)
  }

  private take(batch: Batch, own: Side, other: Side): TableChange {
    const { layout, left, right } = this.node
    const keyPlace = left.layout.length + right.layout.length
    const keyColumn = batch.columns[own.keyIndex]
    const keyType = layout[keyPlace]?.type
    if (keyColumn === undefined || keyType === undefined) throw new Error('a join of tables without key')
    const rows = () => new JoinedRows(layout, left.layout.length, right.layout.length, batch.count)
    const next = rows()
    const previous = rows()
    for (let i = 0; i < batch.count; i++) {
      const key = readValue(keyColumn, i, keyType)
      const origin = originOf(batch, i)
      const old = own.store.replace(batch, i)
      const now = batch.tombstone?.[i] === 1 ? undefined : own.store.row([key], origin.window)
      const partner = other.store.row([key], resized(origin.window, other.size))
      // the result has the windows of the left table
      const at: Origin = { ...origin, window: resized(origin.window, this.left.size) }
      if (partner === undefined && (!own.outer || (old === undefined && now === undefined))) continue
      const put = (into: JoinedRows, row: StoredRow | undefined, time: number) => {
        const latest = Math.max(time, partner?.time ?? Number.NEGATIVE_INFINITY)
        if (row === undefined ? partner === undefined || !other.outer : partner === undefined && !own.outer) {
          into.addTombstone(new Map([[keyPlace, key]]), latest, at)
          return
        }
        const [l, r] = own.isLeft ? [row, partner] : [partner, row]
        into.add(l?.values ?? null, r?.values ?? null, key, latest, at)
      }
      put(next, now, batch.rowtime[i] ?? 0)
      put(previous, old, old?.time ?? 0)
    }
    return { next: next.finish(), previous: previous.finish() }
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
