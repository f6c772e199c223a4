import { type KsqlError, semanticError } from '../errors.ts'
import { slips } from '../spelling.ts'
import type { AggregateFunction, ScalarFunction, TableFunction } from './definition.ts'
import { printParameters, printReturns } from './resolve.ts'

export interface FunctionTables {
  readonly scalar: readonly ScalarFunction[]
  readonly table: readonly TableFunction[]
  readonly aggregate: readonly AggregateFunction[]
}

/** A function as SHOW FUNCTIONS, DESCRIBE FUNCTION and the docs page show it. */
export interface FunctionDescription {
  readonly name: string
  readonly type: 'SCALAR' | 'TABLE' | 'AGGREGATE'
  readonly category: string
  readonly description: string
  readonly signatures: readonly {
    readonly arguments: readonly string[]
    /** index of the argument that may repeat */
    readonly variadic: number | undefined
    readonly returns: string
  }[]
}

/** The functions statements may call. Names are case-insensitive. */
export class FunctionRegistry {
  readonly #scalar: ReadonlyMap<string, ScalarFunction>
  readonly #table: ReadonlyMap<string, TableFunction>
  readonly #aggregate: ReadonlyMap<string, AggregateFunction>
  readonly #tables: FunctionTables

  /** Throws Error when two functions share a name. */
  constructor(tables: FunctionTables) {
    this.#tables = tables
    this.#scalar = byName(tables.scalar)
    this.#table = byName(tables.table)
    this.#aggregate = byName(tables.aggregate)
    const names = this.names()
    const twice = names.find((name, i) => names[i + 1] === name)
    if (twice !== undefined) throw new Error(`Two functions are named ${twice}.`)
  }

  scalar(name: string): ScalarFunction | undefined {
    return this.#scalar.get(name.toUpperCase())
  }

  table(name: string): TableFunction | undefined {
    return this.#table.get(name.toUpperCase())
  }

  aggregate(name: string): AggregateFunction | undefined {
    return this.#aggregate.get(name.toUpperCase())
  }

  /** All names, upper case, sorted. */
  names(): string[] {
    const { scalar, table, aggregate } = this.#tables
    return [...scalar, ...table, ...aggregate].map((fn) => fn.name).sort()
  }

  /** All functions in the order of their names. */
  describe(): FunctionDescription[] {
    const { scalar, table, aggregate } = this.#tables
    return [
      ...scalar.map((fn) => describe(fn, 'SCALAR', fn.category)),
      ...table.map((fn) => describe(fn, 'TABLE', 'TABLE')),
      ...aggregate.map((fn) => describe(fn, 'AGGREGATE', 'AGGREGATE')),
    ].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** A registry with these functions and more: user-defined ones. */
  with(more: Partial<FunctionTables>): FunctionRegistry {
    return new FunctionRegistry({
      scalar: [...this.#tables.scalar, ...(more.scalar ?? [])],
      table: [...this.#tables.table, ...(more.table ?? [])],
      aggregate: [...this.#tables.aggregate, ...(more.aggregate ?? [])],
    })
  }

  /** The refusal of a name no function has, with the nearest known name as the fix. */
  unknown(name: string): KsqlError {
    const wanted = name.toUpperCase()
    const [nearest] = this.names().sort((a, b) => slips(wanted, a) - slips(wanted, b))
    const close = nearest !== undefined && slips(wanted, nearest) <= Math.max(2, wanted.length / 3)
    return semanticError(
      `Can't find any functions with the name '${name}'`,
      undefined,
      close ? `Did you mean ${nearest}?` : 'SHOW FUNCTIONS lists the functions there are.',
    )
  }
}

function byName<T extends { readonly name: string }>(functions: readonly T[]): ReadonlyMap<string, T> {
  return new Map(functions.map((fn) => [fn.name, fn]))
}

function describe(
  fn: ScalarFunction | TableFunction | AggregateFunction,
  type: FunctionDescription['type'],
  category: string,
): FunctionDescription {
  return {
    name: fn.name,
    type,
    category,
    description: fn.description,
    signatures: fn.variants.map((variant) => ({
      arguments: printParameters(variant).map((p) => p.replace(/\.\.\.$/, '')),
      variadic: variant.variadic,
      returns: printReturns(fn.name, variant),
    })),
  }
}
