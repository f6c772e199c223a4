import type { Position } from '../errors.ts'
import type { SqlType } from '../types/sql-type.ts'

/**
 * The syntax tree of ksqlDB statements. Names are already folded: an unquoted identifier is upper case, a `quoted` one keeps its case.
 * Every node carries the position of its first token.
 */
interface Node {
  readonly at: Position
}

// ---------------------------------------------------------------- expressions
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

// ---------------------------------------------------------------- types, columns, properties
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

export interface ColumnDefinition extends Node {
  readonly name: string
  readonly type: TypeName
  readonly role: 'value' | 'key' | 'primary-key' | 'headers'
  /** HEADER('name') */
  readonly headerKey: string | null
}

/** WITH (NAME = literal, …): names upper case */
export type Properties = ReadonlyMap<string, { readonly value: Expression; readonly at: Position }>

// ---------------------------------------------------------------- queries
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

// ---------------------------------------------------------------- statements
export type Statement =
  | CreateSource
  | CreateAsSelect
  | InsertSelect
  | InsertValues
  | CreateType
  | DropType
  | DropSource
  | SetProperty
  | UnsetProperty
  | Define
  | Undefine
  | AlterSource
  | AlterSystem
  | TerminateQuery
  | PauseQuery
  | ResumeQuery
  | Show
  | Describe
  | Explain
  | Print
  | Assert
  | SelectStatement

interface StatementNode extends Node {
  /** the statement's own text without the closing semicolon */
  readonly text: string
}
export interface CreateSource extends StatementNode {
  readonly kind: 'create-source'
  readonly source: 'STREAM' | 'TABLE'
  readonly name: string
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  /** CREATE SOURCE STREAM/TABLE: read-only */
  readonly readOnly: boolean
  readonly columns: readonly ColumnDefinition[]
  readonly properties: Properties
}
export interface CreateAsSelect extends StatementNode {
  readonly kind: 'create-as-select'
  readonly source: 'STREAM' | 'TABLE'
  readonly name: string
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly properties: Properties
  readonly query: Query
}
export interface InsertSelect extends StatementNode {
  readonly kind: 'insert-select'
  readonly target: string
  readonly properties: Properties
  readonly query: Query
}
export interface InsertValues extends StatementNode {
  readonly kind: 'insert-values'
  readonly target: string
  readonly columns: readonly string[]
  readonly values: readonly Expression[]
}
export interface CreateType extends StatementNode {
  readonly kind: 'create-type'
  readonly name: string
  readonly type: TypeName
  readonly ifNotExists: boolean
}
export interface DropType extends StatementNode {
  readonly kind: 'drop-type'
  readonly name: string
  readonly ifExists: boolean
}
export interface DropSource extends StatementNode {
  readonly kind: 'drop-source'
  readonly source: 'STREAM' | 'TABLE'
  readonly name: string
  readonly ifExists: boolean
  readonly deleteTopic: boolean
}
export interface SetProperty extends StatementNode {
  readonly kind: 'set'
  readonly name: string
  readonly value: string
}
export interface UnsetProperty extends StatementNode {
  readonly kind: 'unset'
  readonly name: string
}
export interface Define extends StatementNode {
  readonly kind: 'define'
  readonly name: string
  readonly value: string
}
export interface Undefine extends StatementNode {
  readonly kind: 'undefine'
  readonly name: string
}
export interface AlterSource extends StatementNode {
  readonly kind: 'alter-source'
  readonly source: 'STREAM' | 'TABLE'
  readonly name: string
  readonly columns: readonly ColumnDefinition[]
}
export interface AlterSystem extends StatementNode {
  readonly kind: 'alter-system'
  readonly name: string
  readonly value: string
}
/** query is null for ALL */
export interface TerminateQuery extends StatementNode {
  readonly kind: 'terminate'
  readonly query: string | null
}
export interface PauseQuery extends StatementNode {
  readonly kind: 'pause'
  readonly query: string | null
}
export interface ResumeQuery extends StatementNode {
  readonly kind: 'resume'
  readonly query: string | null
}
export interface Show extends StatementNode {
  readonly kind: 'show'
  readonly what:
    | 'STREAMS'
    | 'TABLES'
    | 'TOPICS'
    | 'QUERIES'
    | 'FUNCTIONS'
    | 'PROPERTIES'
    | 'TYPES'
    | 'VARIABLES'
    | 'CONNECTORS'
    | 'PLUGINS'
  readonly all: boolean
  readonly extended: boolean
}
export interface Describe extends StatementNode {
  readonly kind: 'describe'
  readonly what: 'source' | 'function' | 'connector' | 'streams' | 'tables'
  readonly name: string | null
  readonly extended: boolean
}
/** EXPLAIN of a query id or of a statement */
export interface Explain extends StatementNode {
  readonly kind: 'explain'
  readonly query: string | null
  readonly statement: Statement | null
}
export interface Print extends StatementNode {
  readonly kind: 'print'
  readonly topic: string
  readonly fromBeginning: boolean
  readonly interval: number | null
  readonly limit: number | null
}
export interface Assert extends StatementNode {
  readonly kind: 'assert'
  readonly exists: boolean
  readonly what: 'topic' | 'schema'
  readonly topic: string | null
  readonly subject: string | null
  readonly id: number | null
  readonly properties: Properties
  /** ms; null: the default of 1 s */
  readonly timeout: number | null
}
export interface SelectStatement extends StatementNode {
  readonly kind: 'select'
  readonly query: Query
}
