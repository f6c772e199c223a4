import { type KsqlError, type Position, semanticError } from '../errors.ts'
import type { Expression, FunctionCall, Query } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import type { PlannedCall } from './aggregate-calls.ts'
import type { PlanEnvironment, PlanTarget } from './query.ts'
import { columnRefs, directOperands } from './rewrite.ts'
import type { RelationScope } from './scope.ts'
import { calls, formatQuoted, listNames, type SelectColumn } from './select-list.ts'

/** Does the expression use a column outside aggregates and grouping expressions? */
export function hasUngrouped(
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

export function missingGroupBy(
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

export function refuseWindowBounds(e: Expression, query: Query, scope: RelationScope): void {
  if (query.window === null) return
  const bound = columnRefs(e).find(
    (ref) => isBoundName(ref.name) && !scope.sources.some((s) => s.source.window !== null && s.alias === ref.source),
  )
  if (bound !== undefined) throw boundsError(bound.name, bound.at)
}

export function refuseBoundsInArgument(e: Expression, scope: RelationScope): void {
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

export function refuseTableFunctions(columns: readonly SelectColumn[], environment: PlanEnvironment): void {
  const [call] = columns.flatMap((c) => calls(c.expression, (name) => environment.functions.table(name) !== undefined))
  if (call === undefined) return
  throw semanticError(
    'Table functions cannot be used with aggregations.',
    call.at,
    'Expand in one query, and aggregate the result in another.',
  )
}

export function refuseKafkaSources(scope: RelationScope, at: Position): void {
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
export function refuseOneWay(planned: readonly PlannedCall[]): void {
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

export function checkKeys(
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
