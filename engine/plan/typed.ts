import type { ScalarVariant } from '../functions/definition.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'

/**
 * Expressions after name resolution and type checking: every node has its SQL type, operands of one operator share a type,
 * functions are bound. This is what the code generator reads; it needs no catalogue.
 */
export type Typed =
  | TypedConst
  | TypedColumn
  | TypedPseudo
  | TypedSynthetic
  | TypedArithmetic
  | TypedNegate
  | TypedComparison
  | TypedDistinct
  | TypedLogical
  | TypedNot
  | TypedIsNull
  | TypedIn
  | TypedLike
  | TypedCase
  | TypedConvert
  | TypedCall
  | TypedLambda
  | TypedLambdaParam
  | TypedSubscript
  | TypedField
  | TypedArray
  | TypedMap
  | TypedStruct

interface Base {
  readonly type: SqlType
}

export interface TypedConst extends Base {
  readonly op: 'const'
  readonly value: SqlValue
}
export interface TypedColumn extends Base {
  readonly op: 'column'
  readonly index: number
}
export type PseudoColumn = 'ROWTIME' | 'ROWPARTITION' | 'ROWOFFSET' | 'WINDOWSTART' | 'WINDOWEND' | 'HEADERS'
export interface TypedPseudo extends Base {
  readonly op: 'pseudo'
  readonly name: PseudoColumn
  /** HEADER('key') */
  readonly headerKey?: string
}
/** the value of the n-th table function of the row being expanded */
export interface TypedSynthetic extends Base {
  readonly op: 'synthetic'
  readonly index: number
}
export interface TypedArithmetic extends Base {
  readonly op: 'arithmetic'
  readonly operator: '+' | '-' | '*' | '/' | '%'
  readonly left: Typed
  readonly right: Typed
}
export interface TypedNegate extends Base {
  readonly op: 'negate'
  readonly operand: Typed
}
/** operands have the same type (DECIMALs may differ in precision and scale) */
export interface TypedComparison extends Base {
  readonly op: 'comparison'
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>='
  readonly left: Typed
  readonly right: Typed
}
export interface TypedDistinct extends Base {
  readonly op: 'distinct'
  readonly negated: boolean
  readonly left: Typed
  readonly right: Typed
}
export interface TypedLogical extends Base {
  readonly op: 'logical'
  readonly operator: 'AND' | 'OR'
  readonly left: Typed
  readonly right: Typed
}
export interface TypedNot extends Base {
  readonly op: 'not'
  readonly operand: Typed
}
export interface TypedIsNull extends Base {
  readonly op: 'is-null'
  readonly operand: Typed
  readonly negated: boolean
}
export interface TypedIn extends Base {
  readonly op: 'in'
  readonly operand: Typed
  readonly items: readonly Typed[]
}
export interface TypedLike extends Base {
  readonly op: 'like'
  readonly operand: Typed
  readonly pattern: Typed
  readonly escape: string | null
}
export interface TypedCase extends Base {
  readonly op: 'case'
  readonly branches: readonly { readonly when: Typed; readonly then: Typed }[]
  readonly otherwise: Typed | null
}
/** CAST and implicit coercion; `convert` sees non-null values only and may throw */
export interface TypedConvert extends Base {
  readonly op: 'convert'
  readonly operand: Typed
  readonly convert: (value: SqlValue) => SqlValue
  readonly throws: boolean
}
export interface TypedCall extends Base {
  readonly op: 'call'
  readonly name: string
  readonly variant: ScalarVariant
  readonly args: readonly Typed[]
  readonly argTypes: readonly SqlType[]
  readonly constants: readonly (SqlValue | undefined)[]
}
export interface TypedLambda extends Base {
  readonly op: 'lambda'
  readonly params: readonly number[]
  readonly paramTypes: readonly SqlType[]
  readonly body: Typed
}
export interface TypedLambdaParam extends Base {
  readonly op: 'lambda-param'
  readonly id: number
}
export interface TypedSubscript extends Base {
  readonly op: 'subscript'
  readonly base: Typed
  readonly index: Typed
}
export interface TypedField extends Base {
  readonly op: 'field'
  readonly base: Typed
  readonly index: number
}
export interface TypedArray extends Base {
  readonly op: 'array'
  readonly items: readonly Typed[]
}
export interface TypedMap extends Base {
  readonly op: 'map'
  readonly entries: readonly { readonly key: Typed; readonly value: Typed }[]
}
export interface TypedStruct extends Base {
  readonly op: 'struct'
  readonly fields: readonly Typed[]
}

/** The direct operands of an expression. */
export function operandsOf(e: Typed): readonly Typed[] {
  switch (e.op) {
    case 'arithmetic':
    case 'comparison':
    case 'distinct':
    case 'logical':
      return [e.left, e.right]
    case 'negate':
    case 'not':
    case 'is-null':
    case 'convert':
      return [e.operand]
    case 'in':
      return [e.operand, ...e.items]
    case 'like':
      return [e.operand, e.pattern]
    case 'case':
      return [...e.branches.flatMap((b) => [b.when, b.then]), ...(e.otherwise === null ? [] : [e.otherwise])]
    case 'call':
      return e.args
    case 'lambda':
      return [e.body]
    case 'subscript':
      return [e.base, e.index]
    case 'field':
      return [e.base]
    case 'array':
      return e.items
    case 'map':
      return e.entries.flatMap((entry) => [entry.key, entry.value])
    case 'struct':
      return e.fields
    default:
      return []
  }
}

/** True when some node of the expression, itself included, satisfies the predicate. */
export function anyNode(e: Typed, predicate: (node: Typed) => boolean): boolean {
  return predicate(e) || operandsOf(e).some((operand) => anyNode(operand, predicate))
}

/** The columns an expression reads. */
export function columnsOf(e: Typed, into: Set<number> = new Set()): Set<number> {
  if (e.op === 'column') into.add(e.index)
  for (const operand of operandsOf(e)) columnsOf(operand, into)
  return into
}

/** The expression with `f` applied to its direct operands. */
export function mapOperands(e: Typed, f: (x: Typed) => Typed): Typed {
  switch (e.op) {
    case 'arithmetic':
    case 'comparison':
    case 'distinct':
    case 'logical':
      return { ...e, left: f(e.left), right: f(e.right) }
    case 'negate':
    case 'not':
    case 'is-null':
    case 'convert':
      return { ...e, operand: f(e.operand) }
    case 'in':
      return { ...e, operand: f(e.operand), items: e.items.map(f) }
    case 'like':
      return { ...e, operand: f(e.operand), pattern: f(e.pattern) }
    case 'case':
      return {
        ...e,
        branches: e.branches.map((b) => ({ when: f(b.when), then: f(b.then) })),
        otherwise: e.otherwise === null ? null : f(e.otherwise),
      }
    case 'call':
      return { ...e, args: e.args.map(f) }
    case 'lambda':
      return { ...e, body: f(e.body) }
    case 'subscript':
      return { ...e, base: f(e.base), index: f(e.index) }
    case 'field':
      return { ...e, base: f(e.base) }
    case 'array':
      return { ...e, items: e.items.map(f) }
    case 'map':
      return { ...e, entries: e.entries.map((x) => ({ key: f(x.key), value: f(x.value) })) }
    case 'struct':
      return { ...e, fields: e.fields.map(f) }
    default:
      return e
  }
}
