import { semanticError } from '../errors.ts'
import type { ArgumentType } from '../functions/definition.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import { resolveScalar } from '../functions/resolve.ts'
import type { Expression, FunctionCall, Lambda } from '../syntax/ast.ts'
import type { SqlType } from '../types/sql-type.ts'
import { isNullLiteral, must } from './coerce.ts'
import type { Typed, TypedLambda } from './typed.ts'

/** Arguments of a call: what overload resolution wants to know of each, and the typed ones; null stands for a lambda, whose types the function decides. */
export interface CallArguments {
  readonly types: readonly ArgumentType[]
  readonly typed: readonly (Typed | null)[]
}

type TypeLambda = (lambda: Lambda, parameters: readonly SqlType[]) => TypedLambda

export function typeArguments(
  args: readonly Expression[],
  visit: (e: Expression) => Typed,
  typeLambda: TypeLambda,
): CallArguments {
  const typed = args.map((arg) => (arg.kind === 'lambda' ? null : visit(arg)))
  const types = args.map((arg, i): ArgumentType => {
    if (arg.kind === 'lambda') {
      return {
        lambda: arg.params.length,
        typeOf: (parameters) => {
          const { body } = typeLambda(arg, parameters)
          return isNullLiteral(body) ? null : body.type
        },
      }
    }
    if (arg.kind === 'unit') return { unit: arg.unit }
    const one = typed[i]
    return one === null || one === undefined || isNullLiteral(one) ? null : one.type
  })
  return { types, typed }
}

/** A call of a scalar function, its arguments converted to the parameters of the variant that fits. */
export function typeCall(
  e: FunctionCall,
  functions: FunctionRegistry,
  typedArguments: () => CallArguments,
  typeLambda: TypeLambda,
): Typed {
  const fn = functions.scalar(e.name)
  if (fn === undefined) throw notScalar(e, functions)
  const { types, typed } = typedArguments()
  const constants = typed.map((arg) => (arg?.op === 'const' && !isNullLiteral(arg) ? arg.value : undefined))
  const resolved = resolveScalar(fn, types, constants)
  const args = typed.map((arg, i) => {
    const ast = e.args[i]
    if (ast?.kind === 'lambda') {
      const lambda = typeLambda(ast, resolved.lambdaParams[i] ?? [])
      return { ...lambda, body: must(lambda.body, resolved.argTypes[i] ?? lambda.type) }
    }
    if (arg === null) throw new Error('argument lost')
    return must(arg, resolved.argTypes[i] ?? arg.type)
  })
  // AS_VALUE only says that a key is to be copied: the column itself will do
  if (fn.name === 'AS_VALUE' && args[0] !== undefined) return args[0]
  return {
    op: 'call',
    name: fn.name,
    variant: resolved.variant,
    args,
    argTypes: resolved.argTypes,
    constants: args.map((arg) => (arg.op === 'const' ? arg.value : undefined)),
    type: resolved.returnType,
  }
}

function notScalar(e: FunctionCall, functions: FunctionRegistry) {
  if (functions.aggregate(e.name) !== undefined) {
    return semanticError(
      `Aggregate function ${e.name} is not allowed here: use it in the SELECT or HAVING of a query with GROUP BY.`,
      e.at,
      'Filter groups with HAVING; use an aggregate elsewhere in a second query.',
    )
  }
  if (functions.table(e.name) !== undefined) {
    return semanticError(
      `Table function ${e.name} is only allowed in the SELECT list.`,
      e.at,
      'Expand in one query, and use the result in another.',
    )
  }
  return functions.unknown(e.name)
}
