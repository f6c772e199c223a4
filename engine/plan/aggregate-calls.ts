import { located, type Position, semanticError } from '../errors.ts'
import { resolveAggregate } from '../functions/resolve.ts'
import type { Expression, FunctionCall } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { BIGINT, formatType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { refuseBoundsInArgument } from './aggregation-rules.ts'
import { must } from './coerce.ts'
import type { AggregateCall } from './nodes.ts'
import type { PlanEnvironment } from './query.ts'
import type { RelationScope } from './scope.ts'
import { calls } from './select-list.ts'
import type { TypeChecker } from './type-check.ts'

export interface PlannedCall {
  readonly canonical: string
  readonly at: Position
  readonly call: AggregateCall
}

/** Equal calls are computed once. */
export function planCalls(
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
