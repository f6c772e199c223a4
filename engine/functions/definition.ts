import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'

/**
 * Functions are declared as tables of signatures, from which the type checker, SHOW/DESCRIBE FUNCTION and the docs page are made.
 *
 * A parameter is written as SHOW FUNCTIONS prints it: `INT`, `BIGINT`, `DOUBLE`, `DECIMAL` (any precision and scale), `VARCHAR`, `BOOLEAN`, `BYTES`,
 * `DATE`, `TIME`, `TIMESTAMP`, `INTERVALUNIT`, a type variable (`T`, `U`, `K`, `V`), `ARRAY<T>`, `MAP<K, V>`, `STRUCT` (any struct), `ANY`,
 * `STRUCT<K VARCHAR, V INT>` (exactly these fields) or a lambda `LAMBDA (T) => U`. The grammar is in pattern.ts.
 */
export type ParameterPattern = string

/** A lambda handed to a function at run time: a plain JavaScript function of SQL values. */
export type LambdaValue = (...args: SqlValue[]) => SqlValue

/** What a function's implementation is given: values, or lambdas where the signature says so. */
export type Argument = SqlValue | LambdaValue

export interface BindContext {
  /** the types of the arguments after implicit coercion; a lambda's entry is the type its body returns */
  readonly argTypes: readonly SqlType[]
  readonly returnType: SqlType
  /** values of arguments that are literals; undefined where the argument is not constant */
  readonly constants: readonly (SqlValue | undefined)[]
  /** session properties, lower-case names as written (ksql.functions.substring.legacy.args …) */
  readonly properties: ReadonlyMap<string, string>
  /** ms since 1970 UTC, for UNIX_TIMESTAMP() and the like */
  readonly now: () => number
}

export interface ScalarVariant {
  readonly parameters: readonly ParameterPattern[]
  /** index of the parameter that may repeat (0 or more times); absent: none */
  readonly variadic?: number
  /** a pattern over the same type variables, or computed: DECIMAL precision, struct shapes. Throw KsqlError 'semantic' for a combination that makes no sense. */
  readonly returns:
    | ParameterPattern
    | ((args: readonly SqlType[], constants: readonly (SqlValue | undefined)[]) => SqlType)
  /** how SHOW FUNCTIONS prints a computed `returns`; required then */
  readonly printedReturns?: ParameterPattern
  /** `propagate`: the engine returns NULL without calling when any argument is NULL; `pass`: the implementation sees NULLs */
  readonly nulls: 'propagate' | 'pass'
  /** Called once when the query is compiled. The returned function may throw: the column's value is NULL then, as in ksqlDB. */
  bind(context: BindContext): (...args: Argument[]) => SqlValue
  /**
   * For hot numeric functions: a JavaScript expression over the arguments' expressions (already non-null, static types as declared).
   * Must equal bind() and never throw.
   */
  readonly inline?: (...args: string[]) => string
}

export interface ScalarFunction {
  readonly name: string
  readonly description: string
  readonly category: string
  readonly variants: readonly ScalarVariant[]
}

/** EXPLODE and its kin: one row in, any number out. */
export interface TableFunction {
  readonly name: string
  readonly description: string
  readonly variants: readonly {
    readonly parameters: readonly ParameterPattern[]
    readonly variadic?: number
    /** the element type of a row */
    readonly returns: ParameterPattern | ((args: readonly SqlType[]) => SqlType)
    /** how SHOW FUNCTIONS prints a computed `returns`; required then */
    readonly printedReturns?: ParameterPattern
    bind(context: BindContext): (...args: SqlValue[]) => readonly SqlValue[]
  }[]
}

/** Accumulates values of one group. State is a plain value that `structuredClone` copies (no class instances but Decimal-free data, Map, Set, arrays, typed arrays). */
export interface Accumulator<S> {
  init(): S
  /** may change and return the same object */
  add(state: S, ...args: SqlValue[]): S
  /** takes a former row out again; absent: not allowed on tables */
  undo?(state: S, ...args: SqlValue[]): S
  /** folds two sessions; must not change its arguments' sharing (may reuse `left`) */
  merge(left: S, right: S): S
  result(state: S): SqlValue
  /** told of every state that comes back from a snapshot, before the first add: for numbering that must go on where it stopped */
  observe?(state: S): void
}

export interface AggregateVariant {
  readonly parameters: readonly ParameterPattern[]
  readonly variadic?: number
  /** parameters from this index on must be literals (k of TOPK, n and ignoreNulls of LATEST_BY_OFFSET) and are not passed to add() but given in `constants` */
  readonly literalsFrom?: number
  readonly returns:
    | ParameterPattern
    | ((args: readonly SqlType[], constants: readonly (SqlValue | undefined)[]) => SqlType)
  /** how SHOW FUNCTIONS prints a computed `returns`; required then */
  readonly printedReturns?: ParameterPattern
  /** true: ksqlDB keeps the state in a STRUCT, which some formats (DELIMITED) cannot write */
  readonly structState?: boolean
  bind(context: BindContext): Accumulator<unknown>
}

export interface AggregateFunction {
  readonly name: string
  readonly description: string
  readonly variants: readonly AggregateVariant[]
}

// ---------------------------------------------------------------- resolution
/**
 * What the type checker knows of an argument: its type, null for the literal NULL, an interval unit (the value handed to the function is the
 * unit's name, a STRING), or a lambda whose body it can type once the parameters' types are known.
 */
export type ArgumentType = SqlType | null | IntervalUnitArgument | LambdaArgument

export interface IntervalUnitArgument {
  /** DAYS, HOURS … */
  readonly unit: string
}

export interface LambdaArgument {
  /** number of parameters */
  readonly lambda: number
  /** type of the body, null when it is the literal NULL; throws KsqlError when the body cannot be typed */
  readonly typeOf: (parameters: readonly SqlType[]) => SqlType | null
}

export interface Resolved<V> {
  readonly variant: V
  /** the type every argument is to be coerced to (same length as the arguments); a lambda's entry is the type its body is to be coerced to, an interval unit's is STRING */
  readonly argTypes: readonly SqlType[]
  /** for lambda arguments: the types of the lambda's parameters */
  readonly lambdaParams: readonly (readonly SqlType[] | undefined)[]
  readonly returnType: SqlType
}
