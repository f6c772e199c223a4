import { KsqlError, semanticError } from '../errors.ts'
import { type DecimalType, formatType, type SqlType, STRING } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import type {
  AggregateFunction,
  AggregateVariant,
  ArgumentType,
  ParameterPattern,
  Resolved,
  ScalarFunction,
  ScalarVariant,
  TableFunction,
} from './definition.ts'
import { Bindings, type Strictness } from './matching.ts'
import { genericity, type Pattern, parsePattern, printPattern } from './pattern.ts'

type Constants = readonly (SqlValue | undefined)[]
export type TableVariant = TableFunction['variants'][number]

/** What all kinds of signatures have in common. */
export interface Signature {
  readonly parameters: readonly ParameterPattern[]
  readonly variadic?: number
  readonly returns: ParameterPattern | ((args: readonly SqlType[], constants: Constants) => SqlType)
  readonly printedReturns?: ParameterPattern
}

/**
 * Chooses the variant a call means. Rules, from ksqlDB's documented behaviour: a variant that fits without coercion beats those that need it;
 * then one without variadic parameter, then the one with more fixed parameters, then the one with fewer type variables; else the call is ambiguous.
 * NULL fits everything. Throws KsqlError 'semantic' without position.
 */
export function resolveScalar(
  fn: ScalarFunction,
  args: readonly ArgumentType[],
  constants: Constants,
): Resolved<ScalarVariant> {
  // ksqlDB declares its scalar functions in lower case but for the conditional ones, and messages show names as declared
  const shown = fn.category === 'CONDITIONAL' ? fn.name : fn.name.toLowerCase()
  return resolve(shown, fn.variants, args, constants, ['exact', 'coerce'])
}

/** As resolveScalar, for EXPLODE and its kin. */
export function resolveTable(
  fn: TableFunction,
  args: readonly ArgumentType[],
  constants: Constants,
): Resolved<TableVariant> {
  return resolve(fn.name.toLowerCase(), fn.variants, args, constants, ['exact', 'coerce'])
}

/** As resolveScalar, but aggregates take no coercion: AVG of a DECIMAL is refused. */
export function resolveAggregate(
  fn: AggregateFunction,
  args: readonly ArgumentType[],
  constants: Constants,
): Resolved<AggregateVariant> {
  return resolve(fn.name, fn.variants, args, constants, ['exact'])
}

function resolve<V extends Signature>(
  name: string,
  variants: readonly V[],
  args: readonly ArgumentType[],
  constants: Constants,
  passes: readonly Strictness[],
): Resolved<V> {
  for (const strictness of passes) {
    const matches = variants.flatMap((variant) => match(name, variant, args, constants, strictness) ?? [])
    const [best, second] = matches.sort((a, b) => rank(a.variant, b.variant))
    if (best === undefined) continue
    if (second === undefined || rank(best.variant, second.variant) < 0) return best.resolve()
    throw refusal(name, variants, args, 'cannot be resolved due to ambiguous method parameters')
  }
  throw refusal(name, variants, args, 'does not accept parameters')
}

interface Match<V> {
  readonly variant: V
  resolve(): Resolved<V>
}

function match<V extends Signature>(
  name: string,
  variant: V,
  args: readonly ArgumentType[],
  constants: Constants,
  strictness: Strictness,
): Match<V> | undefined {
  const parameters = expandParameters(variant, args.length)
  if (parameters === undefined) return undefined
  const bindings = new Bindings(strictness)
  const actual: (SqlType | null)[] = []
  for (const [i, pattern] of parameters.entries()) {
    const arg = args[i]
    if (arg === null) actual[i] = null
    else if ('unit' in arg) {
      if (pattern.kind !== 'unit') return undefined
      actual[i] = STRING
    } else if ('lambda' in arg) {
      if (pattern.kind !== 'lambda' || pattern.parameters.length !== arg.lambda) return undefined
    } else {
      if (!bindings.accept(pattern, arg)) return undefined
      actual[i] = arg
    }
  }
  bindings.freeze()
  const lambdaParams: (readonly SqlType[] | undefined)[] = args.map(() => undefined)
  for (const [i, pattern] of parameters.entries()) {
    const arg = args[i]
    if (pattern.kind !== 'lambda' || arg === null || !('lambda' in arg)) continue
    if (pattern.parameters.some((p) => bindings.unbound(p) !== undefined)) return undefined
    const types = pattern.parameters.map((p) => bindings.apply(p, null))
    const body = arg.typeOf(types)
    if (body !== null && !bindings.accept(pattern.returns, body)) return undefined
    lambdaParams[i] = types
    actual[i] = body
  }
  return {
    variant,
    resolve() {
      const decimal = actual.find((type): type is DecimalType => type?.base === 'DECIMAL')
      const argTypes = parameters.map((pattern, i) => bindings.apply(pattern, actual[i], decimal))
      return { variant, argTypes, lambdaParams, returnType: returnType(name, variant, bindings, argTypes, constants) }
    },
  }
}

function returnType(
  name: string,
  variant: Signature,
  bindings: Bindings,
  argTypes: readonly SqlType[],
  constants: Constants,
): SqlType {
  if (typeof variant.returns === 'function') return variant.returns(argTypes, constants)
  const pattern = parsePattern(variant.returns)
  if (bindings.unbound(pattern) !== undefined) {
    throw semanticError(
      `Function '${name}' returns a type that follows its arguments, but those are NULL without a type.`,
      undefined,
      'Give the NULL a type: CAST(NULL AS …).',
    )
  }
  return bindings.apply(pattern, null)
}

/** One pattern an argument, the variadic one repeated; undefined when the number of arguments does not fit. */
function expandParameters(variant: Signature, count: number): Pattern[] | undefined {
  const patterns = variant.parameters.map(parsePattern)
  if (variant.variadic === undefined) return patterns.length === count ? patterns : undefined
  const repeats = count - (patterns.length - 1)
  if (repeats < 0) return undefined
  return patterns.flatMap((pattern, i) => (i === variant.variadic ? Array<Pattern>(repeats).fill(pattern) : [pattern]))
}

/** Order of preference: negative when `a` is the better match. */
function rank(a: Signature, b: Signature): number {
  const variadic = Number(a.variadic !== undefined) - Number(b.variadic !== undefined)
  if (variadic !== 0) return variadic
  const fixed = a.variadic === undefined ? 0 : b.parameters.length - a.parameters.length
  return fixed !== 0 ? fixed : generics(a) - generics(b)
}

function generics(signature: Signature): number {
  return signature.parameters.reduce((sum, p) => sum + genericity(parsePattern(p)), 0)
}

function refusal(name: string, variants: readonly Signature[], args: readonly ArgumentType[], reason: string) {
  const alternatives = variants.map((v) => `${name}(${printParameters(v).join(', ')})`).join('\n')
  return new KsqlError(
    'semantic',
    `Function '${name}' ${reason} (${args.map(printArgument).join(', ')}).\nValid alternatives are:\n${alternatives}`,
    { fix: 'CAST the arguments to the types of one of the alternatives.' },
  )
}

function printArgument(arg: ArgumentType): string {
  if (arg === null) return 'null'
  if ('unit' in arg) return 'INTERVALUNIT'
  return 'lambda' in arg ? 'LAMBDA' : formatType(arg)
}

/** Parameters as SHOW FUNCTIONS writes them, the variadic one with '...'. */
export function printParameters(signature: Signature): string[] {
  return signature.parameters.map((p, i) => `${printPattern(parsePattern(p))}${i === signature.variadic ? '...' : ''}`)
}

/** Return type as SHOW FUNCTIONS writes it. Throws Error for a table entry with a computed type and no `printedReturns`. */
export function printReturns(name: string, signature: Signature): string {
  const pattern = typeof signature.returns === 'string' ? signature.returns : signature.printedReturns
  if (pattern === undefined) throw new Error(`Function ${name} computes its return type: declare printedReturns.`)
  return printPattern(parsePattern(pattern))
}
