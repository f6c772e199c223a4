import { type KsqlError, located, type Position, semanticError } from '../errors.ts'
import { resolveAggregate } from '../functions/resolve.ts'
import type { ColumnRef, Expression, FunctionCall, Query } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { BIGINT, formatType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { must } from './coerce.ts'
import type { AggregateCall, AggregateNode, LayoutColumn, MapNode, PlanNode, QueryPlan, WindowPlan } from './nodes.ts'
import type { PlanEnvironment, PlanTarget, RelationPlan } from './query.ts'
import { columnRefs, directOperands } from './rewrite.ts'
import type { RelationScope } from './scope.ts'
import { calls, formatQuoted, listNames, refuseDuplicateColumns, type SelectColumn } from './select-list.ts'
import { type Scope, TypeChecker } from './type-check.ts'
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
  refuseKafkaSources(scope, query.at)
  const inputChecker = (clause: string) =>
    new TypeChecker(environment, { clause, column: (ref) => scope.column(clause, ref) })
  const groupBy = query.groupBy.map((e) => inputChecker('GROUP BY').check(e))
  const where = query.where === null ? null : inputChecker('WHERE').checkPredicate(query.where)
  const planned = planCalls(aggregates, environment, scope, inputChecker('SELECT'))
  if (isTable) refuseOneWay(planned)

  const windowPlan = query.window === null ? null : planWindow(query.window, query.emit === 'FINAL')
  const input: PlanNode = isTable && where !== null ? tableFilter(relation.node, where) : relation.node
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
  const map: MapNode = {
    op: 'map',
    kind: 'table',
    window: aggregate.window,
    layout,
    input: aggregate,
    where: having,
    tableCalls: [],
    outputs: ordered.map((x) => x.output),
    rekeys: false,
  }
  return { root: map, layout, kind: 'table', window: aggregate.window }
}

function keyWindow(plan: WindowPlan | null) {
  return plan === null ? null : { type: plan.type, size: plan.type === 'SESSION' ? null : plan.size }
}

function tableFilter(input: PlanNode, where: Typed): MapNode {
  const outputs = input.layout.map((c, index): Typed => ({ op: 'column', index, type: c.type }))
  return {
    op: 'map',
    kind: 'table',
    window: input.window,
    layout: input.layout,
    input,
    where,
    tableCalls: [],
    outputs,
    rekeys: false,
  }
}

interface PlannedCall {
  readonly canonical: string
  readonly at: Position
  readonly call: AggregateCall
}

/** Equal calls are computed once. */
function planCalls(
  aggregates: readonly FunctionCall[],
  environment: PlanEnvironment,
  scope: RelationScope,
  checker: TypeChecker,
): PlannedCall[] {
  const planned: PlannedCall[] = []
  for (const call of aggregates) {
    const nested = call.args.flatMap((arg) => calls(arg, (name) => environment.functions.aggregate(name) !== undefined))
    if (nested.length > 0) {
      throw semanticError(
        `Aggregate functions can not be nested: ${formatExpression(call)}`,
        call.at,
        'Aggregate in one query, and the result in another.',
      )
    }
    const canonical = scope.canonical(call)
    if (planned.some((p) => p.canonical === canonical)) continue
    const fn = environment.functions.aggregate(call.name)
    if (fn === undefined) throw environment.functions.unknown(call.name)
    for (const arg of call.args) refuseBoundsInArgument(arg, scope)
    // COUNT(*) and COUNT() count rows: ROWTIME is never NULL, but a join has one of each side
    const row: Expression = scope.isJoin
      ? { kind: 'boolean', value: true, at: call.at }
      : { kind: 'column', source: null, name: 'ROWTIME', at: call.at }
    const args: readonly Expression[] = call.args.length === 0 && fn.name === 'COUNT' ? [row] : call.args
    try {
      const { types, typed } = checker.arguments(args)
      const constants = typed.map((arg) => (arg?.op === 'const' ? arg.value : undefined))
      const resolved = resolveAggregate(fn, types, constants)
      const { parameters, literalsFrom } = resolved.variant
      const literals = literalsFrom === undefined ? args.length : args.length - (parameters.length - literalsFrom)
      for (const [i, arg] of args.entries()) {
        if (i >= literals && constants[i] === undefined) {
          throw semanticError(
            `Parameter ${i + 1} of function ${fn.name} must be a literal. Got ${formatExpression(arg)}.`,
            arg.at,
            'Write a number or TRUE/FALSE.',
          )
        }
      }
      const inputs = typed
        .slice(0, literals)
        .flatMap((arg, i) => (arg === null ? [] : [must(arg, resolved.argTypes[i] ?? arg.type)]))
      const given: (SqlValue | undefined)[] = constants.map((value, i) => (i >= literals ? value : undefined))
      const argKey = args
        .slice(0, literals)
        .map((arg, i) => `${scope.canonical(arg)} ${formatType(resolved.argTypes[i] ?? BIGINT)}`)
        .join(', ')
      planned.push({
        canonical,
        at: call.at,
        call: { name: fn.name, resolved, args: inputs, argKey, constants: given },
      })
    } catch (error) {
      throw located(error, call.at)
    }
  }
  return planned
}

/** Does the expression use a column outside aggregates and grouping expressions? */
function hasUngrouped(
  e: Expression,
  scope: RelationScope,
  groups: readonly string[],
  isAggregate: (name: string) => boolean,
  windowed: boolean,
): boolean {
  if (groups.includes(scope.canonical(e))) return false
  if (e.kind === 'call' && isAggregate(e.name)) return false
  if (e.kind === 'column') return !(windowed && isBoundName(e.name))
  return directOperands(e).some((operand) => hasUngrouped(operand, scope, groups, isAggregate, windowed))
}

function isBoundName(name: string): boolean {
  return name === 'WINDOWSTART' || name === 'WINDOWEND'
}

function missingGroupBy(
  columns: readonly SelectColumn[],
  aggregates: readonly FunctionCall[],
  target: PlanTarget,
  isAggregate: (name: string) => boolean,
): KsqlError {
  const plain = columns.filter((c) => calls(c.expression, isAggregate).length === 0)
  if (plain.length > 0) {
    return semanticError(
      `Non-aggregate SELECT expression(s) not part of GROUP BY: ${plain.map((c) => formatExpression(c.expression)).join(', ')}\nEither add the column(s) to the GROUP BY or remove them from the SELECT.`,
      plain[0]?.at,
      'Add a GROUP BY clause.',
    )
  }
  const shown = aggregates.map((c) => (c.star ? `${c.name}(ROWTIME)` : formatExpression(c)))
  return semanticError(
    `${target.statement} statement does not support aggregate function [${shown.join(', ')}] without a GROUP BY clause.`,
    aggregates[0]?.at,
    'Add a GROUP BY clause.',
  )
}

function refuseWindowBounds(e: Expression, query: Query, scope: RelationScope): void {
  if (query.window === null) return
  const bound = columnRefs(e).find(
    (ref) => isBoundName(ref.name) && !scope.sources.some((s) => s.source.window !== null && s.alias === ref.source),
  )
  if (bound !== undefined) throw boundsError(bound.name, bound.at)
}

function refuseBoundsInArgument(e: Expression, scope: RelationScope): void {
  const bound = columnRefs(e).find((ref) => isBoundName(ref.name) && scope.find(ref) === null)
  if (bound !== undefined) throw boundsError(bound.name, bound.at)
}

function boundsError(name: string, at: Position): KsqlError {
  return semanticError(
    `Window bounds column ${name} can only be used in the SELECT clause of windowed aggregations and can not be passed to aggregate functions`,
    at,
    'Filter on window bounds in a second query.',
  )
}

function refuseKafkaSources(scope: RelationScope, at: Position): void {
  const kafka = scope.sources.filter((s) => s.source.valueFormat.name === 'KAFKA').map((s) => s.source.name)
  if (kafka.length > 0) {
    throw semanticError(
      `Source(s) ${kafka.join(', ')} are using the 'KAFKA' value format. This format does not yet support GROUP BY.`,
      at,
      'Copy the source into one with another VALUE_FORMAT first.',
    )
  }
}

/** Aggregates that cannot take a row out again do not work on tables. */
function refuseOneWay(planned: readonly PlannedCall[]): void {
  const oneWay = planned.filter((p) => {
    const { resolved, constants } = p.call
    const accumulator = resolved.variant.bind({
      argTypes: resolved.argTypes,
      returnType: resolved.returnType,
      constants,
      properties: new Map(),
      now: () => 0,
    })
    return accumulator.undo === undefined
  })
  const names = oneWay.map((p) => p.call.name)
  if (names.length > 0) {
    throw semanticError(
      `The aggregation function${names.length > 1 ? 's' : ''} ${listNames(names)} cannot be applied to a table source, only to a stream source.`,
      oneWay[0]?.at,
      'Aggregate the stream the table is made from.',
    )
  }
}

function checkKeys(
  keyItems: readonly (readonly number[])[],
  columns: readonly SelectColumn[],
  query: Query,
  name: string,
): void {
  if (keyItems.some((items) => items.length === 0)) {
    const texts = query.groupBy.map((e) => formatExpression(e))
    const many = texts.length > 1 ? 's' : ''
    throw semanticError(
      `The query used to build ${formatQuoted(name)} must include the grouping expression${many} ${listNames(texts)} in its projection (eg, SELECT ${texts.join(', ')}...).`,
      query.at,
      `Add ${texts.join(', ')} to the SELECT list.`,
    )
  }
  for (const items of keyItems) {
    if (items.length < 2) continue
    const names = items.map((i) => formatQuoted(columns[i]?.name ?? ''))
    throw semanticError(
      `The projection contains a key column more than once: ${listNames(names)}.\nEach key column must only be in the projection once. If you intended to copy the key into the value, then consider using the AS_VALUE function to indicate which key reference should be copied.`,
      columns[items[1] ?? 0]?.at,
      'Write AS_VALUE(…) for the copy.',
    )
  }
}
