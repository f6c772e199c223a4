import type { Source } from '../catalog/source.ts'
import { located, semanticError } from '../errors.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { Expression, Query, Relation } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { BIGINT, formatType } from '../types/sql-type.ts'
import { planAggregation } from './aggregation.ts'
import { planJoin } from './join.ts'
import type { LayoutColumn, MapNode, PlanNode, QueryPlan, TableCall } from './nodes.ts'
import { columnRefs } from './rewrite.ts'
import { type RelationScope, SYSTEM_NAMES } from './scope.ts'
import {
  calls,
  expandSelect,
  formatQuoted,
  GeneratedNames,
  listNames,
  refuseDuplicateColumns,
  type SelectColumn,
} from './select-list.ts'
import { planSource } from './source-relation.ts'
import { planTableCalls } from './table-calls.ts'
import { checkerIn, type TypeCheckEnvironment, type TypeChecker } from './type-check.ts'
import type { Typed } from './typed.ts'

/** What planning needs from the catalogue. */
export interface PlanEnvironment extends TypeCheckEnvironment {
  source(name: string, at: Query['at']): Source
  /** partitions of the source's topic */
  partitions(source: Source): number
  /** ksql.new.query.planner.enabled: keys in the order of the SELECT list, and a result may lack them */
  readonly newPlanner: boolean
}

/** What a query is for: the name of what it builds, or null for a query whose rows go to a client. */
export interface PlanTarget {
  readonly name: string | null
  /** `CREATE TABLE AS SELECT` and the like, for messages */
  readonly statement: string
  /** called with the names of the result's columns before keys are checked: WITH (TIMESTAMP='…') must name one */
  readonly checkColumns?: (names: readonly string[]) => void
}

/** FROM: the rows, the names, and what counts as the rows' key. */
export interface RelationPlan {
  readonly node: PlanNode
  readonly scope: RelationScope
  /** canonical texts that stand for the key columns, in key order; several spellings for a joined key */
  readonly keys: readonly { readonly canonical: readonly string[]; readonly name: string; readonly typed: Typed }[]
  /** the left table of a foreign-key join, whose key must be selected whole */
  readonly foreignKeyOf: string | null
}

/** Plans a SELECT. Throws KsqlError 'semantic' with place and fix. */
export function planQuery(query: Query, target: PlanTarget, environment: PlanEnvironment): QueryPlan {
  const relation = planRelation(query, environment)
  const { scope } = relation
  const checkerFor = checkerIn(scope, environment)
  const isAggregate = (name: string) => environment.functions.aggregate(name) !== undefined
  const columns = expandSelect(query.select, scope, checkerFor('SELECT'), {
    repartitioned: query.partitionBy.length > 0,
    forClient: target.name === null,
  })
  const results = [...columns.map((c) => c.expression), ...(query.having === null ? [] : [query.having])]
  for (const e of results) refuseUnknownFunctions(e, environment.functions)
  const aggregates = results.flatMap((e) => calls(e, isAggregate))
  if (query.groupBy.length > 0 || aggregates.length > 0) {
    return planAggregation({ query, target, environment, relation, columns, aggregates })
  }
  if (query.window !== null) {
    throw semanticError('WINDOW clause requires a GROUP BY clause.', query.window.at, 'Add GROUP BY, or remove WINDOW.')
  }
  if (query.having !== null) {
    throw semanticError('HAVING requires a GROUP BY clause.', query.having.at, 'Use WHERE instead.')
  }
  if (query.emit === 'FINAL') {
    throw semanticError('EMIT FINAL is only supported for windowed aggregations.', query.at, 'Use EMIT CHANGES.')
  }
  return planProjection(query, target, environment, relation, columns)
}

/** Before anything is concluded from which functions aggregate: a misspelt COUNT does not. */
function refuseUnknownFunctions(e: Expression, functions: FunctionRegistry): void {
  const isKnown = (name: string) =>
    (functions.scalar(name) ?? functions.aggregate(name) ?? functions.table(name)) !== undefined
  const [unknown] = calls(e, (name) => !isKnown(name))
  if (unknown !== undefined) throw located(functions.unknown(unknown.name), unknown.at)
}

function planRelation(query: Query, environment: PlanEnvironment): RelationPlan {
  const { from } = query
  if (from.kind === 'join') return planJoin(from, systemColumnsOf(query), environment)
  return planSource(from, environment)
}

/** The system columns a query names, or means by `*`: a join must carry them along with its rows. */
function systemColumnsOf({ select, from, where, groupBy, partitionBy, having }: Query): Set<string> {
  const conditions: Expression[] = []
  for (let item: Relation = from; item.kind === 'join'; item = item.left) conditions.push(item.on)
  const selected = select.flatMap((item) =>
    item.kind === 'all' ? [] : [item.kind === 'all-fields' ? item.base : item.expression],
  )
  const given = [where, having].filter((e) => e !== null)
  const names = [...selected, ...conditions, ...given, ...groupBy, ...partitionBy].flatMap((e) =>
    columnRefs(e).map((ref) => ref.name),
  )
  const starred = partitionBy.length > 0 && select.some((item) => item.kind === 'all')
  return new Set(SYSTEM_NAMES.filter((name) => starred || names.includes(name)))
}

function planProjection(
  query: Query,
  target: PlanTarget,
  environment: PlanEnvironment,
  relation: RelationPlan,
  selected: readonly SelectColumn[],
): QueryPlan {
  const { scope, node } = relation
  const checker = checkerIn(scope, environment)
  const where = query.where === null ? null : checker('WHERE').checkPredicate(query.where)
  const isTable = node.kind === 'table'
  if (query.partitionBy.length > 0 && isTable) {
    throw semanticError(
      'PARTITION BY clause is not supported for tables.',
      query.partitionBy[0]?.at,
      'A table keeps its key: GROUP BY makes a table with another one.',
    )
  }
  const partitions = partitionKeys(query, relation, checker('PARTITION BY'))
  const rekeys = partitions !== null
  const keys = partitions?.keys ?? relation.keys
  const columns = rekeys && !partitions.keyless ? addStarKey(selected, query, keys, scope) : selected
  const expanded = planTableCalls(
    columns.map((c) => c.expression),
    environment,
    checker('SELECT'),
  )
  if (expanded.calls.length > 0 && isTable) {
    throw semanticError(
      'Table source is not supported with table functions',
      expanded.calls[0]?.at,
      'EXPLODE works on streams.',
    )
  }
  const tableCalls: TableCall[] = expanded.calls.map((c) => c.call)

  const keyOf = (c: SelectColumn): number => {
    if (c.addedKey !== undefined) return c.addedKey
    const text = scope.canonical(c.expression)
    return keys.findIndex((k) => k.canonical.includes(text))
  }
  const keyItems = keys.map((): { column: SelectColumn; index: number }[] => [])
  const values: { column: SelectColumn; index: number }[] = []
  const primary = choosePrimarySpelling(keys, columns, scope)
  for (const [index, column] of columns.entries()) {
    const key = keyOf(column)
    const text = scope.canonical(column.expression)
    if (key >= 0 && (text === primary[key] || column.addedKey !== undefined)) keyItems[key]?.push({ column, index })
    else values.push({ column, index })
  }

  const typed = columns.map((_, i) => expanded.check(i, (ref) => scope.column('SELECT', ref)))
  target.checkColumns?.(columns.map((c) => c.name))
  if (target.name !== null && !(environment.newPlanner && !rekeys)) {
    const missing = keys.filter((_, i) => keyItems[i]?.length === 0)
    if (missing.length > 0) throw missingKeys(target.name, missing, relation, keys, rekeys, query)
    for (const [i, items] of keyItems.entries()) {
      const [first, second] = items
      if (first !== undefined && second !== undefined && items.length > 1) {
        const key = keys[i]
        throw semanticError(
          `The projection contains a key column (${formatQuoted(key?.name ?? '')}) more than once, aliased as: ${listNames(items.map((x) => x.column.name))}.\nEach key column must only be in the projection once. If you intended to copy the key into the value, then consider using the AS_VALUE function to indicate which key reference should be copied.`,
          second.column.at,
          `Write AS_VALUE(${key?.name ?? ''}) for the copy.`,
        )
      }
    }
  }
  const ordered = [
    ...keyItems.flatMap((items, k) =>
      // a persistent query has each key once (refused above); a client may want it under several names
      (target.name === null ? items : items.slice(0, 1)).map((x) => ({
        ...x,
        role: 'key' as const,
        key: keys[k]?.typed,
      })),
    ),
    ...values.map((x) => ({ ...x, role: 'value' as const, key: undefined })),
  ]
  if (target.name === null) ordered.sort((a, b) => a.index - b.index)
  else if (environment.newPlanner && !rekeys)
    ordered.sort((a, b) => (a.role === b.role ? a.index - b.index : a.role === 'key' ? -1 : 1))
  // the key of a join is there although its side may be missing
  const outputs = ordered.flatMap((x) => (scope.isJoin && x.key !== undefined ? x.key : (typed[x.index] ?? [])))
  const layout: LayoutColumn[] = ordered.map((x, i) => ({
    name: x.column.name,
    type: outputs[i]?.type ?? BIGINT,
    role: x.role,
  }))
  refuseDuplicateColumns(
    ordered.map((x) => x.column),
    (i) => formatType(layout[i]?.type ?? BIGINT),
  )
  const map: MapNode = {
    op: 'map',
    kind: node.kind,
    window: rekeys ? null : node.window,
    layout,
    input: node,
    where,
    tableCalls,
    outputs,
    rekeys,
  }
  return { root: map, layout, kind: node.kind, window: map.window }
}

/** Of the spellings of a joined key (left.id, right.id) the first that the SELECT list has is the key; the other is a copy. */
function choosePrimarySpelling(
  keys: RelationPlan['keys'],
  columns: readonly SelectColumn[],
  scope: RelationScope,
): (string | undefined)[] {
  const texts = columns.map((c) => scope.canonical(c.expression))
  return keys.map((k) => k.canonical.find((text) => texts.includes(text)))
}

interface Partitions {
  readonly keys: RelationPlan['keys']
  readonly keyless: boolean
}

/** PARTITION BY: the new key, or none for PARTITION BY NULL; null when the clause is absent or names the present key. */
function partitionKeys(query: Query, relation: RelationPlan, checker: TypeChecker): Partitions | null {
  if (query.partitionBy.length === 0) return null
  if (query.partitionBy.length === 1 && query.partitionBy[0]?.kind === 'null') return { keys: [], keyless: true }
  const keys = query.partitionBy.map((e) => {
    const typed = checker.check(e)
    return { canonical: [relation.scope.canonical(e)], name: nameOfKey(e), typed }
  })
  return { keys, keyless: false }
}

function nameOfKey(e: Expression): string {
  return e.kind === 'column' ? e.name : e.kind === 'dereference' && e.field !== null ? e.field : formatExpression(e)
}

/** SELECT * with PARTITION BY an expression: the expression becomes a key column of its own. */
function addStarKey(
  selected: readonly SelectColumn[],
  query: Query,
  keys: RelationPlan['keys'],
  scope: RelationScope,
): SelectColumn[] {
  if (!selected.some((c) => c.fromStar)) return [...selected]
  const texts = selected.map((c) => scope.canonical(c.expression))
  const names = new GeneratedNames(scope)
  const added = keys.flatMap((k, i): SelectColumn[] => {
    const expression = query.partitionBy[i]
    if (expression === undefined || k.canonical.some((text) => texts.includes(text))) return []
    const name = keyName(expression, names)
    return [{ name, expression, at: expression.at, fromStar: true, addedKey: i }]
  })
  return [...(scope.isJoin ? selected : reorderOldKeys(selected, scope)), ...added]
}

/** A system column keeps its name, although no column may be called so: https://github.com/confluentinc/ksql/issues/8193 */
function keyName(e: Expression, names: GeneratedNames): string {
  if (e.kind === 'dereference' && e.field !== null) return names.ofField(e.field)
  return e.kind === 'column' ? e.name : names.next()
}

/** Old key columns follow the value columns once they are values themselves. */
function reorderOldKeys(selected: readonly SelectColumn[], scope: RelationScope): SelectColumn[] {
  const source = scope.sources[0]?.source
  const isOldKey = (c: SelectColumn) =>
    c.fromStar &&
    c.expression.kind === 'column' &&
    source?.columns.some((x) => x.role === 'key' && x.name === (c.expression as { name: string }).name)
  return [...selected.filter((c) => !isOldKey(c)), ...selected.filter(isOldKey)]
}

function missingKeys(
  name: string,
  missing: RelationPlan['keys'],
  { scope, foreignKeyOf }: RelationPlan,
  keys: RelationPlan['keys'],
  rekeys: boolean,
  query: Query,
) {
  if (foreignKeyOf !== null && !rekeys) {
    const columns = missing.map((k) => formatQuoted(k.name)).join(', ')
    const s = missing.length > 1 ? 's' : ''
    return semanticError(
      `Primary key column${s} missing in projection. For foreign-key table-table joins, the projection must include all primary key columns from the left input table (${formatQuoted(foreignKeyOf)}). Missing column${s}: ${columns}.`,
      query.at,
      `Add ${columns} to the SELECT list.`,
    )
  }
  const ofJoin = scope.isJoin && !rekeys
  const texts = rekeys
    ? query.partitionBy.map((e) => formatExpression(scope.qualify(e)))
    : keys.flatMap((k) => (ofJoin ? k.canonical : [k.name]))
  const s = texts.length > 1 ? 's' : ''
  const what = rekeys ? `partitioning expression${s}` : ofJoin ? `join expression${s}` : `key column${s}`
  // any spelling of a join's key will do
  const listed = ofJoin ? listNames(texts, 'or') : listNames(texts)
  const example = ofJoin ? (texts[0] ?? '') : texts.join(', ')
  return semanticError(
    `The query used to build ${formatQuoted(name)} must include the ${what} ${listed} in its projection (eg, SELECT ${example}...).`,
    query.at,
    `Add ${example} to the SELECT list.`,
  )
}
