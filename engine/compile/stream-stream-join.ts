import type { PlanNode, StreamStreamJoinNode } from '../plan/nodes.ts'
import { type Batch, type Column, causeOf, type Header, readValue } from '../runtime/batch.ts'
import { type BufferedRow, JoinBuffer } from '../runtime/join-buffer.ts'
import { JoinedRows, resized, rowsIn, type WindowBounds, windowAt } from '../runtime/joined-rows.ts'
import { combine } from '../runtime/table-store.ts'
import { hashKey } from '../types/compare.ts'
import type { SqlValue } from '../types/values.ts'
import type { ExpressionEnvironment } from './expression.ts'
import { compileKey } from './key-kernel.ts'
import type { ReportError } from './output.ts'

export interface StreamJoinOptions {
  /** order of serialised keys */
  readonly compareKeys: (a: readonly unknown[], b: readonly unknown[]) => number
  /** ms of wall clock between two emissions of rows without partner; 0: none */
  readonly interval: number
  readonly clock: () => number
}

interface Side {
  readonly isLeft: boolean
  readonly node: PlanNode
  readonly keyOf: (batch: Batch) => Column
  readonly buffer: JoinBuffer
  /** rows without partner are given out */
  readonly outer: boolean
  /** ms: how far before and after a row of this side its partners lie */
  readonly before: number
  readonly after: number
}

/**
 * Joins two streams: a row meets the rows of the other side that came before it and lie in its window (Kafka Streams' KStream-KStream join, as
 * shared/ksqldb/QTT-FORMAT.md 2.3 tells it). Rows are taken one by one: each moves the time that decides about those without partner.
 */
export class StreamStreamJoin {
  private readonly node: StreamStreamJoinNode
  private readonly options: StreamJoinOptions
  private readonly hash: (key: SqlValue, window: WindowBounds | null) => unknown
  private readonly left: Side
  private readonly right: Side
  /** greatest row time of both sides */
  private streamTime = Number.NEGATIVE_INFINITY
  /** no row without partner is older; as in Kafka Streams, partners found since the last emission count */
  private firstAlone = Number.POSITIVE_INFINITY
  private nextEmission = 0

  constructor(
    node: StreamStreamJoinNode,
    environment: ExpressionEnvironment,
    report: ReportError,
    options: StreamJoinOptions,
  ) {
    this.node = node
    this.options = options
    const hash = hashKey(node.leftKey.type)
    // windows of sessions must be the same, others begin together
    const bySession = node.window?.type === 'SESSION'
    this.hash = (key, window) =>
      window === null ? hash(key) : combine([hash(key)], window[0], bySession ? window[1] : 0)
    const { before, after, grace, outer } = node
    const side = (isLeft: boolean): Side => {
      const input = isLeft ? node.left : node.right
      return {
        isLeft,
        node: input,
        keyOf: compileKey(input, isLeft ? node.leftKey : node.rightKey, environment, report),
        buffer: new JoinBuffer(before + after + grace),
        outer: isLeft ? outer.left : outer.right,
        before: isLeft ? before : after,
        after: isLeft ? after : before,
      }
    }
    this.left = side(true)
    this.right = side(false)
  }

  takeLeft(batch: Batch): Batch {
    return this.take(batch, this.left, this.right)
  }

  takeRight(batch: Batch): Batch {
    return this.take(batch, this.right, this.left)
  }

  /** No row will come any more: those without partner are given out. */
  end(): Batch {
    const out = this.rows()
    this.streamTime = Number.POSITIVE_INFINITY
    this.emitAlone(out, 0, undefined)
    return out.finish()
  }

  private rows(): JoinedRows {
    const { layout, left, right } = this.node
    return new JoinedRows(layout, left.layout.length, right.layout.length)
  }

  private take(batch: Batch, own: Side, other: Side): Batch {
    const out = this.rows()
    const keys = own.keyOf(batch)
    const rows = rowsIn(batch, own.node.layout)
    const { eager, leftKey } = this.node
    for (const [i, values] of rows.entries()) {
      const time = batch.rowtime[i] ?? 0
      if (time > this.streamTime) this.streamTime = time
      if (batch.tombstone?.[i] === 1) continue
      const key = readValue(keys, i, leftKey.type)
      if (key === null && !own.outer) continue
      const cause = causeOf(batch, i)
      const headers = batch.headers?.[i]
      const window = windowAt(batch, i)
      const row: BufferedRow = { values, key, time, window, alone: false }
      if (key === null) {
        this.add(out, own, row, null, cause, headers)
        continue
      }
      if (!eager && time === this.streamTime && this.mayEmit(own)) this.emitAlone(out, cause, headers)
      const hash = this.hash(key, window)
      const to = time + own.after
      const partners = other.buffer.match(hash, time - own.before, to)
      for (const partner of partners) {
        partner.alone = false
        this.add(out, own, row, partner, cause, headers)
      }
      if (own.outer && partners.length === 0) {
        row.alone = !eager && to >= this.streamTime
        if (row.alone) this.firstAlone = Math.min(this.firstAlone, time)
        else this.add(out, own, row, null, cause, headers)
      }
      own.buffer.add(hash, row)
    }
    return out.finish()
  }

  private add(
    out: JoinedRows,
    own: Side,
    row: BufferedRow,
    partner: BufferedRow | null,
    cause: number,
    headers: readonly Header[] | undefined,
  ): void {
    const other = partner?.values ?? null
    const time = partner === null ? row.time : Math.max(row.time, partner.time)
    if (own.isLeft) out.add(row.values, other, row.key, time, cause)
    else out.add(other, row.values, row.key, time, cause)
    // the result has the windows of the left source
    out.window(resized(row.window, this.node.window?.size ?? null))
    out.header(headers)
  }

  /** Kafka Streams looks for rows without partner only when there may be some, and only so often. */
  private mayEmit(own: Side): boolean {
    if (this.firstAlone >= this.streamTime - own.after - this.node.grace) return false
    const { interval, clock } = this.options
    if (interval === 0) return true
    const now = clock()
    if (now < this.nextEmission) return false
    this.nextEmission = now + interval
    return true
  }

  /** Gives out the rows that can have no partner any more, in order of time, the right side's first, then of keys. */
  private emitAlone(out: JoinedRows, cause: number, headers: readonly Header[] | undefined): void {
    const closed = [this.right, this.left].flatMap((side) =>
      side.buffer.takeAlone(this.streamTime - side.after - this.node.grace).map((row) => ({ side, row })),
    )
    closed.sort(
      (a, b) =>
        a.row.time - b.row.time ||
        Number(a.side.isLeft) - Number(b.side.isLeft) ||
        this.options.compareKeys([a.row.key], [b.row.key]),
    )
    for (const { side, row } of closed) this.add(out, side, row, null, cause, headers)
    this.firstAlone = Math.min(this.left.buffer.nextAlone, this.right.buffer.nextAlone)
  }

  save(): unknown {
    const { streamTime, firstAlone, nextEmission } = this
    return { streamTime, firstAlone, nextEmission, left: this.left.buffer.save(), right: this.right.buffer.save() }
  }

  load(saved: unknown): void {
    const state = saved as {
      readonly streamTime: number
      readonly firstAlone: number
      readonly nextEmission: number
      readonly left: unknown
      readonly right: unknown
    }
    this.streamTime = state.streamTime
    this.firstAlone = state.firstAlone
    this.nextEmission = state.nextEmission
    this.left.buffer.load(state.left)
    this.right.buffer.load(state.right)
  }
}
