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

export type PlanNode = SourceNode | MapNode | AggregateNode | StreamTableJoinNode

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
  readonly aggregates: readonly AggregateCall[]
  readonly windowPlan: WindowPlan | null
  readonly emitFinal: boolean
}

/** Layout: the join key, then the columns of the left row, then those of the table's row. */
export interface StreamTableJoinNode extends NodeBase {
  readonly op: 'stream-table-join'
  readonly kind: 'stream'
  readonly left: PlanNode
  readonly right: PlanNode
  readonly leftKey: Typed
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

/** The sources a plan reads, left to right. */
export function sourcesOf(node: PlanNode): SourceNode[] {
  switch (node.op) {
    case 'source':
      return [node]
    case 'map':
    case 'aggregate':
      return sourcesOf(node.input)
    case 'stream-table-join':
      return [...sourcesOf(node.left), ...sourcesOf(node.right)]
  }
}
