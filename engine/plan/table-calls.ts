import { type Position, semanticError } from '../errors.ts'
import { resolveTable } from '../functions/resolve.ts'
import type { ColumnRef, Expression } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { must } from './coerce.ts'
import type { TableCall } from './nodes.ts'
import { calls } from './select-list.ts'
import { type TypeCheckEnvironment, TypeChecker } from './type-check.ts'
import type { Typed } from './typed.ts'

export interface ExpandedSelect {
  readonly calls: readonly { readonly call: TableCall; readonly at: Position }[]
  /** the i-th SELECT expression, with table functions replaced by the values of the row being expanded */
  check(index: number, column: (ref: ColumnRef) => Typed): Typed
}

/** Takes the table functions out of a SELECT list: equal calls are made once. */
export function planTableCalls(
  expressions: readonly Expression[],
  environment: TypeCheckEnvironment,
  checker: TypeChecker,
): ExpandedSelect {
  const isTable = (name: string) => environment.functions.table(name) !== undefined
  const found = new Map<string, { call: TableCall; at: Position; index: number }>()
  for (const call of expressions.flatMap((e) => calls(e, isTable))) {
    const text = formatExpression(call)
    if (found.has(text)) continue
    if (call.args.some((arg) => calls(arg, isTable).length > 0)) {
      throw semanticError(
        `Table functions can't be nested: ${text}`,
        call.at,
        'Expand in one query, and the result in another.',
      )
    }
    const fn = environment.functions.table(call.name)
    if (fn === undefined) throw environment.functions.unknown(call.name)
    const { types, typed } = checker.arguments(call.args)
    const constants = typed.map((arg) => (arg?.op === 'const' ? arg.value : undefined))
    const resolved = resolveTable(fn, types, constants)
    const args = typed.flatMap((arg, i) => (arg === null ? [] : [must(arg, resolved.argTypes[i] ?? arg.type)]))
    const planned: TableCall = {
      name: fn.name,
      variant: resolved.variant,
      args,
      argTypes: resolved.argTypes,
      type: resolved.returnType,
    }
    found.set(text, { call: planned, at: call.at, index: found.size })
  }
  return {
    calls: [...found.values()],
    check(index, column) {
      const expression = expressions[index]
      if (expression === undefined) throw new Error(`no SELECT expression ${index}`)
      const replace = (e: Expression): Typed | null => {
        if (e.kind !== 'call') return null
        const hit = found.get(formatExpression(e))
        return hit === undefined ? null : { op: 'synthetic', index: hit.index, type: hit.call.type }
      }
      return new TypeChecker(environment, { clause: 'SELECT', column, replace }).check(expression)
    },
  }
}
