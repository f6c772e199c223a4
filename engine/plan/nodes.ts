import type { KeyWindow, Source } from '../catalog/source.ts'
import type { AggregateVariant, Resolved, TableFunction } from '../functions/definition.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import type { Typed } from './typed.ts'

/** A column of the rows between two operators. */
export interface LayoutColumn {
  readonly name: string
  readonly type: SqlType
  readonly role: 'key' | 'value'
}

interface NodeBase {
  /** `stream`: every row stands for itself; `table`: rows change the row of their key */
  readonly kind: 'stream' | 'table'
  readonly layout: readonly LayoutColumn[]
  readonly window: KeyWindow | null
}

export type PlanNode = SourceNode | MapNode | AggregateNode | JoinNode

export type JoinNode = StreamTableJoinNode | StreamStreamJoinNode | TableTableJoinNode | ForeignKeyJoinNode

export interface SourceNode extends NodeBase {
  readonly op: 'source'
  readonly source: Source
}

/** One call of a table function in a SELECT list. */
export interface TableCall {
  readonly name: string
  readonly variant: TableFunction['variants'][number]
  readonly args: readonly Typed[]
  readonly argTypes: readonly SqlType[]
  readonly type: SqlType
}

/** Filter, expand and project in one pass. */
export interface MapNode extends NodeBase {
  readonly op: 'map'
  readonly input: PlanNode
  readonly where: Typed | null
  readonly tableCalls: readonly TableCall[]
  /** one expression a column of the layout */
  readonly outputs: readonly Typed[]
  /** keys are computed anew (PARTITION BY) */
  readonly rekeys: boolean
}

export interface AggregateCall {
  readonly name: string
  readonly resolved: Resolved<AggregateVariant>
  /** the arguments that are not constants */
  readonly args: readonly Typed[]
  /** equal for equal arguments, which are then evaluated once */
  readonly argKey: string
  readonly constants: readonly (SqlValue | undefined)[]
  /** of a list of latest values only this element is wanted, counted from the end: -1 is the newest */
  readonly element?: number
}

export interface WindowPlan {
  readonly type: 'TUMBLING' | 'HOPPING' | 'SESSION'
  /** ms; the gap for sessions */
  readonly size: number
  readonly advance: number
  readonly grace: number
  readonly retention: number
}

/** Layout: the grouping expressions (key), then one value column an aggregate. */
export interface AggregateNode extends NodeBase {
  readonly op: 'aggregate'
  readonly kind: 'table'
  readonly input: PlanNode
  /** rows that fail it are not counted; only over streams, tables are filtered by a MapNode */
  readonly where: Typed | null
  readonly groupBy: readonly Typed[]
  /** equal for equal groupings */
  readonly groupKey: string
  readonly aggregates: readonly AggregateCall[]
  readonly windowPlan: WindowPlan | null
  readonly emitFinal: boolean
}

interface JoinBase extends NodeBase {
  readonly left: PlanNode
  readonly right: PlanNode
}

/** Rows of one side that are kept although the other has nothing for them. */
export interface Outer {
  readonly left: boolean
  readonly right: boolean
}

/** Layout: the columns of the left row, then those of the table's row. */
export interface StreamTableJoinNode extends JoinBase {
  readonly op: 'stream-table-join'
  readonly kind: 'stream'
  readonly leftKey: Typed
  readonly inner: boolean
}

/** Layout: the columns of the left row, those of the right row, then the join key. */
export interface StreamStreamJoinNode extends JoinBase {
  readonly op: 'stream-stream-join'
  readonly kind: 'stream'
  /** over the rows of its own side */
  readonly leftKey: Typed
  readonly rightKey: Typed
  readonly outer: Outer
  /** a right row matches from `before` ms before the left row to `after` ms after it */
  readonly before: number
  readonly after: number
  /** ms */
  readonly grace: number
  /** a row without a match is given out at once, and not only when none can come any more: ksqlDB without GRACE PERIOD */
  readonly eager: boolean
}

/** Layout: the columns of the left row, those of the right row, then the key that both tables have. */
export interface TableTableJoinNode extends JoinBase {
  readonly op: 'table-table-join'
  readonly kind: 'table'
  readonly outer: Outer
}

/** Layout: the columns of the left row, whose key is the result's, then those of the right row. */
export interface ForeignKeyJoinNode extends JoinBase {
  readonly op: 'foreign-key-join'
  readonly kind: 'table'
  /** over the left row: the key of the right one */
  readonly foreignKey: Typed
  readonly inner: boolean
}

/** A persistent or transient query, ready to be compiled. */
export interface QueryPlan {
  readonly root: PlanNode
  /** columns of the result, keys first */
  readonly layout: readonly LayoutColumn[]
  readonly kind: 'stream' | 'table'
  readonly window: KeyWindow | null
}

/** The rows of a node in other columns, under the key they have. */
export function projection(
  input: PlanNode,
  layout: readonly LayoutColumn[],
  outputs: readonly Typed[],
  where: Typed | null = null,
): MapNode {
  const { kind, window } = input
  return { op: 'map', kind, window, layout, input, where, tableCalls: [], outputs, rekeys: false }
}

/** The columns of a layout as they are. */
export function allColumns(layout: readonly LayoutColumn[]): Typed[] {
  return layout.map((c, index) => ({ op: 'column', index, type: c.type }))
}

/** The source a plan reads first: a result takes after it where nothing else says how. */
export function leftSource(plan: QueryPlan): Source {
  const [left] = sourcesOf(plan.root)
  if (left === undefined) throw new Error('a plan without a source')
  return left.source
}

/** The sources a plan reads, left to right. */
export function sourcesOf(node: PlanNode): SourceNode[] {
  switch (node.op) {
    case 'source':
      return [node]
    case 'map':
    case 'aggregate':
      return sourcesOf(node.input)
    default:
      return [...sourcesOf(node.left), ...sourcesOf(node.right)]
  }
}
