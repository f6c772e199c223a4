import type { Position } from '../errors.ts'
import type { Expression, Node } from './ast-expression.ts'

export interface Query extends Node {
  readonly select: readonly SelectItem[]
  readonly from: Relation
  readonly window: Window | null
  readonly where: Expression | null
  /** empty when absent; GROUP BY (a, b) and GROUP BY a, b are alike, GROUP BY () is refused by the parser */
  readonly groupBy: readonly Expression[]
  readonly partitionBy: readonly Expression[]
  readonly having: Expression | null
  readonly emit: 'CHANGES' | 'FINAL' | null
  readonly limit: number | null
}

export type SelectItem =
  | {
      readonly kind: 'expression'
      readonly expression: Expression
      readonly alias: string | null
      readonly at: Position
    }
  /** SELECT * or source.* */
  | { readonly kind: 'all'; readonly source: string | null; readonly at: Position }
  /** struct->* */
  | { readonly kind: 'all-fields'; readonly base: Expression; readonly at: Position }

export type Relation = SourceRelation | Join
export interface SourceRelation extends Node {
  readonly kind: 'source'
  readonly name: string
  readonly alias: string | null
}
export interface Join extends Node {
  readonly kind: 'join'
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'OUTER'
  readonly left: Relation
  readonly right: SourceRelation
  readonly within: Within | null
  readonly on: Expression
}
/** ms before and after, and the grace period if stated */
export interface Within extends Node {
  readonly before: number
  readonly after: number
  readonly grace: number | null
}
export interface Window extends Node {
  readonly kind: 'TUMBLING' | 'HOPPING' | 'SESSION'
  /** size, or the gap of a session, ms */
  readonly size: number
  /** HOPPING only, ms */
  readonly advance: number | null
  readonly grace: number | null
  readonly retention: number | null
}
