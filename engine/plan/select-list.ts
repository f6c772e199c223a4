import type { Position } from '../errors.ts'
import { semanticError } from '../errors.ts'
import type { Expression, SelectItem } from '../syntax/ast.ts'
import { formatType } from '../types/sql-type.ts'
import { walk } from './rewrite.ts'
import {
  dataColumns,
  RESERVED_COLUMNS,
  type RelationScope,
  type ScopeSource,
  SYSTEM_NAMES,
  WINDOW_BOUNDS,
} from './scope.ts'
import type { TypeChecker } from './type-check.ts'

/** One column of a SELECT list after `*` is spelled out and names are given. */
export interface SelectColumn {
  readonly name: string
  readonly expression: Expression
  readonly at: Position
  /** came from `*`: a key among them may be replaced, and an unselected grouping is not an error of the writer */
  readonly fromStar: boolean
  /** set for the key that SELECT * … PARTITION BY expression adds: its place among the keys */
  readonly addedKey?: number
}

/**
 * Gives every item its name: the alias, the column's or field's own name, or KSQL_COL_n. `repartitioned`: the query has a PARTITION BY, where
 * `*` of a join also means the system columns of its sources. `forClient`: the rows go to a client, who may see system columns under their own
 * names, and to whom `*` shows the windows of the rows.
 */
export function expandSelect(
  items: readonly SelectItem[],
  scope: RelationScope,
  checker: TypeChecker,
  { repartitioned, forClient }: { readonly repartitioned: boolean; readonly forClient: boolean },
): SelectColumn[] {
  const columns: SelectColumn[] = []
  const names = new GeneratedNames(scope)
  for (const item of items) {
    if (item.kind === 'all') {
      const sources = item.source === null ? scope.sources : [scope.byAlias(item.source, item.at)]
      if (item.source === null && scope.synthetic !== null) {
        const { name } = scope.synthetic
        const expression: Expression = { kind: 'column', source: null, name, at: item.at }
        columns.push({ name, expression, at: item.at, fromStar: true })
      }
      for (const source of sources)
        columns.push(...starColumns(source, scope.isJoin, repartitioned, forClient, item.at))
    } else if (item.kind === 'all-fields') {
      const base = checker.check(item.base)
      if (base.type.base !== 'STRUCT')
        throw semanticError('->* needs a STRUCT on its left.', item.at, `It is ${formatType(base.type)}.`)
      for (const field of base.type.fields) {
        const expression: Expression = { kind: 'dereference', base: item.base, field: field.name, at: item.at }
        columns.push({ name: field.name, expression, at: item.at, fromStar: false })
      }
    } else {
      const { alias, expression } = item
      const renames = alias !== null && !(expression.kind === 'column' && expression.name === alias)
      if (renames && RESERVED_COLUMNS.includes(alias)) {
        throw semanticError(
          `\`${alias}\` is a reserved column name. You cannot use it as an alias for a column.`,
          item.at,
          'Choose another alias.',
        )
      }
      const name = alias ?? implicitName(expression, scope, names) ?? names.next()
      if (!forClient && !renames && RESERVED_COLUMNS.includes(name)) {
        throw semanticError(
          `Reserved column name in select: \`${name}\`. Please remove or alias the column.`,
          item.at,
          `Write ${name} AS another name.`,
        )
      }
      columns.push({ name, expression, at: item.at, fromStar: false })
    }
  }
  return columns
}

function starColumns(
  { source, alias }: ScopeSource,
  inJoin: boolean,
  repartitioned: boolean,
  forClient: boolean,
  at: Position,
): SelectColumn[] {
  const names = (roles: readonly string[]) => source.columns.filter((c) => roles.includes(c.role)).map((c) => c.name)
  const all = names(['key', 'value', 'headers'])
  const bounds = source.window === null ? [] : WINDOW_BOUNDS
  const wanted = !inJoin
    ? forClient
      ? [...names(['key']), ...bounds, ...names(['value', 'headers'])]
      : all
    : repartitioned
      ? [...names(['value', 'headers']), ...SYSTEM_NAMES, ...bounds, ...names(['key'])]
      : [...names(['key']), ...bounds, ...names(['value', 'headers'])]
  return wanted.map((name) => ({
    name: inJoin ? `${alias}_${name}` : name,
    expression: { kind: 'column', source: alias, name, at },
    at,
    fromStar: true,
  }))
}

/** The name of a result that is a column or a field; null for other expressions. */
export function implicitName(e: Expression, scope: RelationScope, names: GeneratedNames): string | null {
  if (e.kind === 'dereference' && e.field !== null) return names.ofField(e.field)
  if (e.kind !== 'column') return null
  if (!scope.isJoin) return e.name
  if (RESERVED_COLUMNS.includes(e.name)) return e.source === null ? e.name : `${e.source}_${e.name}`
  const owner = scope.find(e)?.owner
  return owner !== undefined && owner !== null && scope.owners(e.name).length > 1 ? `${owner.alias}_${e.name}` : e.name
}

/** Names of columns that have none of their own: KSQL_COL_0, or the field's of a STRUCT, past the names the sources already use. */
export class GeneratedNames {
  private counter = 0
  private readonly used: Set<string>

  constructor(scope: RelationScope) {
    this.used = new Set(scope.sources.flatMap((s) => dataColumns(s.source).map((c) => c.name)))
  }

  next(): string {
    const name = `KSQL_COL_${this.counter++}`
    return this.used.has(name) ? this.next() : name
  }

  /** The field's name, or that with the first of _1, _2 … that is free. */
  ofField(field: string): string {
    let name = field
    for (let i = 1; this.used.has(name); i++) name = `${field}_${i}`
    this.used.add(name)
    return name
  }
}

/** `A`, `A and B`, `A, B and C`. */
export function listNames(names: readonly string[], last: 'and' | 'or' = 'and'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names[names.length - 1]}`
}

export function refuseDuplicateColumns(
  columns: readonly { name: string; at: Position }[],
  typeText: (i: number) => string,
): void {
  const seen = new Set<string>()
  for (const [i, column] of columns.entries()) {
    if (seen.has(column.name)) {
      throw semanticError(
        `Duplicate value columns found in schema: ${formatQuoted(column.name)} ${typeText(i)}`,
        column.at,
        'Give one of them another name with AS.',
      )
    }
    seen.add(column.name)
  }
}

export function formatQuoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** Names of called functions for which `wanted` holds, in order of appearance. */
export function calls(e: Expression, wanted: (name: string) => boolean): Extract<Expression, { kind: 'call' }>[] {
  const found: Extract<Expression, { kind: 'call' }>[] = []
  walk(e, (node) => {
    if (node.kind === 'call' && wanted(node.name)) found.push(node)
    return undefined
  })
  return found
}
