import type { Position } from '../errors.ts'
import type { SqlType } from '../types/sql-type.ts'

/** Every node of the tree carries the position of its first token. */
export interface Node {
  readonly at: Position
}

export type Expression =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | BigintLiteral
  | DoubleLiteral
  | DecimalLiteral
  | StringLiteral
  | ColumnRef
  | Arithmetic
  | Negate
  | Comparison
  | Logical
  | Not
  | IsNull
  | Between
  | InList
  | Like
  | Case
  | Cast
  | FunctionCall
  | Subscript
  | Dereference
  | ArrayConstructor
  | MapConstructor
  | StructConstructor
  | Lambda
  | LambdaParam
  | IntervalUnit

export interface NullLiteral extends Node {
  readonly kind: 'null'
}
export interface BooleanLiteral extends Node {
  readonly kind: 'boolean'
  readonly value: boolean
}
/** fits 32 bits */
export interface IntegerLiteral extends Node {
  readonly kind: 'integer'
  readonly value: number
}
export interface BigintLiteral extends Node {
  readonly kind: 'bigint'
  readonly value: bigint
}
/** written with an exponent: 1.5E0 */
export interface DoubleLiteral extends Node {
  readonly kind: 'double'
  readonly value: number
  readonly text: string
}
/** written with a point and no exponent: 1.50 is DECIMAL(3, 2) */
export interface DecimalLiteral extends Node {
  readonly kind: 'decimal'
  readonly text: string
}
export interface StringLiteral extends Node {
  readonly kind: 'string'
  readonly value: string
}
/** a column, optionally qualified by a source's name or alias: r.device */
export interface ColumnRef extends Node {
  readonly kind: 'column'
  readonly source: string | null
  readonly name: string
}
export interface Arithmetic extends Node {
  readonly kind: 'arithmetic'
  readonly op: '+' | '-' | '*' | '/' | '%'
  readonly left: Expression
  readonly right: Expression
}
/** unary minus or plus on a non-literal */
export interface Negate extends Node {
  readonly kind: 'negate'
  readonly op: '-' | '+'
  readonly operand: Expression
}
export interface Comparison extends Node {
  readonly kind: 'comparison'
  readonly op: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'
  readonly left: Expression
  readonly right: Expression
}
export interface Logical extends Node {
  readonly kind: 'logical'
  readonly op: 'AND' | 'OR'
  readonly left: Expression
  readonly right: Expression
}
export interface Not extends Node {
  readonly kind: 'not'
  readonly operand: Expression
}
export interface IsNull extends Node {
  readonly kind: 'is-null'
  readonly operand: Expression
  readonly negated: boolean
}
export interface Between extends Node {
  readonly kind: 'between'
  readonly operand: Expression
  readonly low: Expression
  readonly high: Expression
  readonly negated: boolean
}
export interface InList extends Node {
  readonly kind: 'in'
  readonly operand: Expression
  readonly items: readonly Expression[]
  readonly negated: boolean
}
export interface Like extends Node {
  readonly kind: 'like'
  readonly operand: Expression
  readonly pattern: Expression
  readonly escape: string | null
  readonly negated: boolean
}
/** operand is null for the searched form CASE WHEN condition THEN … */
export interface Case extends Node {
  readonly kind: 'case'
  readonly operand: Expression | null
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise: Expression | null
}
export interface Cast extends Node {
  readonly kind: 'cast'
  readonly operand: Expression
  readonly type: TypeName
}
/** COUNT(*) has `star: true` and no arguments. */
export interface FunctionCall extends Node {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expression[]
  readonly star: boolean
}
export interface Subscript extends Node {
  readonly kind: 'subscript'
  readonly base: Expression
  readonly index: Expression
}
/** base->field; `field` is null for base->* */
export interface Dereference extends Node {
  readonly kind: 'dereference'
  readonly base: Expression
  readonly field: string | null
}
export interface ArrayConstructor extends Node {
  readonly kind: 'array'
  readonly items: readonly Expression[]
}
export interface MapConstructor extends Node {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: Expression; readonly value: Expression }[]
}
export interface StructConstructor extends Node {
  readonly kind: 'struct'
  readonly fields: readonly { readonly name: string; readonly value: Expression }[]
}
export interface Lambda extends Node {
  readonly kind: 'lambda'
  readonly params: readonly string[]
  readonly body: Expression
}
/** a use of a lambda's parameter inside its body */
export interface LambdaParam extends Node {
  readonly kind: 'lambda-param'
  readonly name: string
}
/** DAYS in TIMESTAMPADD(DAYS, 1, ts); upper case, plural as ksqlDB's TimeUnit: MILLISECONDS SECONDS MINUTES HOURS DAYS … */
export interface IntervalUnit extends Node {
  readonly kind: 'unit'
  readonly unit: string
}

/** A type as written: built-in, or the name of a CREATE TYPE to be looked up by the planner. */
export type TypeName =
  | { readonly kind: 'type'; readonly type: SqlType; readonly at: Position }
  | { readonly kind: 'named'; readonly name: string; readonly at: Position }
  | { readonly kind: 'array'; readonly element: TypeName; readonly at: Position }
  | { readonly kind: 'map'; readonly key: TypeName; readonly value: TypeName; readonly at: Position }
  | {
      readonly kind: 'struct'
      readonly fields: readonly { readonly name: string; readonly type: TypeName }[]
      readonly at: Position
    }
