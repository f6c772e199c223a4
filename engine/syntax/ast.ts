import type { Position } from '../errors.ts'
import type { Expression, Node, TypeName } from './ast-expression.ts'
import type { Query } from './ast-query.ts'

export type * from './ast-expression.ts'
export type * from './ast-query.ts'

/**
 * The syntax tree of ksqlDB statements. Names are already folded: an unquoted identifier is upper case, a `quoted` one keeps its case.
 */
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

export interface ColumnDefinition extends Node {
  readonly name: string
  readonly type: TypeName
  readonly role: 'value' | 'key' | 'primary-key' | 'headers'
  /** HEADER('name') */
  readonly headerKey: string | null
}

/** WITH (NAME = literal, …): names upper case */
export type Properties = ReadonlyMap<string, { readonly value: Expression; readonly at: Position }>
