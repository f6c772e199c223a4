import { semanticError } from '../errors.ts'
import type { ColumnRef, Expression, FunctionCall, Query } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { BIGINT, formatType } from '../types/sql-type.ts'
import { planCalls } from './aggregate-calls.ts'
import {
  checkKeys,
  hasUngrouped,
  missingGroupBy,
  refuseKafkaSources,
  refuseOneWay,
  refuseTableFunctions,
  refuseWindowBounds,
} from './aggregation-rules.ts'
import {
  type AggregateNode,
  allColumns,
  type LayoutColumn,
  projection,
  type QueryPlan,
  type WindowPlan,
} from './nodes.ts'
import type { PlanEnvironment, PlanTarget, RelationPlan } from './query.ts'
import { columnRefs } from './rewrite.ts'
import { calls, refuseDuplicateColumns, type SelectColumn } from './select-list.ts'
import { checkerIn, type Scope, TypeChecker } from './type-check.ts'
import type { Typed } from './typed.ts'
import { planWindow } from './window.ts'

interface AggregationInput {
  readonly query: Query
  readonly target: PlanTarget
  readonly environment: PlanEnvironment
  readonly relation: RelationPlan
  readonly columns: readonly SelectColumn[]
  readonly aggregates: readonly FunctionCall[]
}

/** SELECT … GROUP BY: aggregates over the grouping, then HAVING and the SELECT list over their results. */
export function planAggregation({
  query,
  target,
  environment,
  relation,
  columns,
  aggregates,
}: AggregationInput): QueryPlan {
  const { scope } = relation
  const isAggregate = (name: string) => environment.functions.aggregate(name) !== undefined
  const isTable = relation.node.kind === 'table'
  for (const e of query.groupBy) {
    const [call] = calls(e, isAggregate)
    if (call !== undefined) {
      throw semanticError(
        `GROUP BY does not support aggregate functions: ${call.name} is an aggregate function.`,
        call.at,
        'Group in one query, and the result in another.',
      )
    }
    refuseWindowBounds(e, query, scope)
  }
  const windowed = query.window !== null
  if (query.groupBy.length === 0) throw missingGroupBy(columns, aggregates, target, isAggregate)
  if (aggregates.length === 0) {
    throw semanticError(
      'GROUP BY requires aggregate functions in either the SELECT or HAVING clause.',
      query.at,
      'Add COUNT(*), for example.',
    )
  }
  if (query.emit === 'FINAL' && !windowed) {
    throw semanticError(
      'EMIT FINAL is only supported for windowed aggregations.',
      query.at,
      'Add a WINDOW, or use EMIT CHANGES.',
    )
  }
  if (windowed && isTable) {
    throw semanticError(
      'WINDOW clause is only supported on streams: tables have no windows of their own.',
      query.window?.at,
      'Aggregate the stream the table is made from, or drop WINDOW.',
    )
  }
  if (query.having !== null) refuseWindowBounds(query.having, query, scope)

  const groupCanonical = query.groupBy.map((e) => scope.canonical(e))
  for (const [i, text] of groupCanonical.entries()) {
    if (groupCanonical.indexOf(text) < i) {
      const e = query.groupBy[i]
      throw semanticError(`Duplicate GROUP BY expression: ${text}`, e?.at, 'Name it once.')
    }
  }
  refuseTableFunctions(columns, environment)
  refuseKafkaSources(scope, query.at)
  const inputChecker = checkerIn(scope, environment)
  const groupBy = query.groupBy.map((e) => inputChecker('GROUP BY').check(e))
  const where = query.where === null ? null : inputChecker('WHERE').checkPredicate(query.where)
  const planned = planCalls(aggregates, environment, scope, inputChecker('SELECT'))
  if (isTable) refuseOneWay(planned)

  const windowPlan = query.window === null ? null : planWindow(query.window, query.emit === 'FINAL')
  const { node } = relation
  const input = isTable && where !== null ? projection(node, node.layout, allColumns(node.layout), where) : node
  const aggregate: AggregateNode = {
    op: 'aggregate',
    kind: 'table',
    window: keyWindow(windowPlan),
    layout: [
      ...groupBy.map((e, i): LayoutColumn => ({ name: `GROUP_${i}`, type: e.type, role: 'key' })),
      ...planned.map((p, i): LayoutColumn => ({ name: `AGG_${i}`, type: p.call.resolved.returnType, role: 'value' })),
    ],
    input,
    where: isTable ? null : where,
    groupBy,
    groupKey: groupCanonical.join(', '),
    aggregates: planned.map((p) => p.call),
    windowPlan,
    emitFinal: query.emit === 'FINAL',
  }

  const replace = (e: Expression): Typed | null => {
    const text = scope.canonical(e)
    const group = groupCanonical.indexOf(text)
    const grouping = groupBy[group]
    if (grouping !== undefined) return { op: 'column', index: group, type: grouping.type }
    if (e.kind !== 'call' || !isAggregate(e.name)) return null
    const index = planned.findIndex((p) => p.canonical === text)
    const call = planned[index]
    return call === undefined
      ? null
      : { op: 'column', index: groupBy.length + index, type: call.call.resolved.returnType }
  }
  const bounds = (ref: ColumnRef): Typed | null => {
    const isBound = ref.name === 'WINDOWSTART' || ref.name === 'WINDOWEND'
    return isBound && windowed && !scope.isJoin ? { op: 'pseudo', name: ref.name as 'WINDOWSTART', type: BIGINT } : null
  }
  const notGrouped = columns.filter((c) => hasUngrouped(c.expression, scope, groupCanonical, isAggregate, windowed))
  if (notGrouped.length > 0) {
    for (const c of notGrouped) for (const ref of columnRefs(c.expression)) scope.column('SELECT', ref)
    const shown = notGrouped.map((c) =>
      formatExpression(
        c.expression.kind === 'column' && c.fromStar
          ? { ...c.expression, source: scope.isJoin ? c.expression.source : null }
          : c.expression,
      ),
    )
    throw semanticError(
      `Non-aggregate SELECT expression(s) not part of GROUP BY: ${shown.join(', ')}\nEither add the column(s) to the GROUP BY or remove them from the SELECT.`,
      notGrouped[0]?.at,
      'Add them to GROUP BY, or take LATEST_BY_OFFSET of them.',
    )
  }
  const outputScope = (clause: string): Scope => ({
    clause,
    replace,
    column: (ref) => {
      const bound = bounds(ref)
      if (bound !== null && clause === 'SELECT') return bound
      scope.column(clause, ref)
      throw semanticError(
        `Non-aggregate ${clause} expression not part of GROUP BY: ${formatExpression(ref)}\nEither add the column to the GROUP BY or remove it from the ${clause}.`,
        ref.at,
        'Add it to GROUP BY, or take LATEST_BY_OFFSET of it.',
      )
    },
  })
  const having =
    query.having === null ? null : new TypeChecker(environment, outputScope('HAVING')).checkPredicate(query.having)
  const typed = columns.map((c) => new TypeChecker(environment, outputScope('SELECT')).check(c.expression))

  const keyItems = groupCanonical.map((text) =>
    columns.flatMap((c, i) => (scope.canonical(c.expression) === text ? [i] : [])),
  )
  if (target.name !== null) checkKeys(keyItems, columns, query, target.name)
  const keyIndexes = keyItems.flatMap((items) => items.slice(0, 1))
  const valueIndexes = columns.map((_, i) => i).filter((i) => !keyIndexes.includes(i))
  if (target.name !== null && valueIndexes.length === 0) {
    throw semanticError('The projection contains no value columns.', query.at, 'Select an aggregate, or AS_VALUE(key).')
  }
  const order = target.name === null ? columns.map((_, i) => i) : [...keyIndexes, ...valueIndexes]
  const ordered = order.flatMap((i) => {
    const column = columns[i]
    const output = typed[i]
    return column === undefined || output === undefined
      ? []
      : [{ column, output, role: keyIndexes.includes(i) ? ('key' as const) : ('value' as const) }]
  })
  const layout: LayoutColumn[] = ordered.map((x) => ({ name: x.column.name, type: x.output.type, role: x.role }))
  refuseDuplicateColumns(
    ordered.map((x) => x.column),
    (i) => formatType(layout[i]?.type ?? BIGINT),
  )
  const outputs = ordered.map((x) => x.output)
  return { root: projection(aggregate, layout, outputs, having), layout, kind: 'table', window: aggregate.window }
}

function keyWindow(plan: WindowPlan | null) {
  return plan === null ? null : { type: plan.type, size: plan.type === 'SESSION' ? null : plan.size }
}
