import { KsqlError, located, type Position, semanticError } from '../errors.ts'
import type { ArgumentType } from '../functions/definition.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import { resolveScalar } from '../functions/resolve.ts'
import type { ColumnRef, Expression, FunctionCall, Lambda, TypeName } from '../syntax/ast.ts'
import { formatExpression, hint } from '../syntax/index.ts'
import { caster } from '../types/cast.ts'
import { canCoerce, coercer, commonType, identity } from '../types/coercion.ts'
import { parsePartialDate, parsePartialTime, parsePartialTimestamp } from '../types/datetime.ts'
import { Decimal } from '../types/decimal.ts'
import { arithmeticType, asDecimalType } from '../types/decimal-type.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimalType,
  formatType,
  INTEGER,
  isNumeric,
  isTemporal,
  mapType,
  type SqlType,
  STRING,
  sameType,
  structType,
} from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { inList } from './in-list.ts'
import type { Typed, TypedConst, TypedLambda } from './typed.ts'

/** The type of the literal NULL before its context gives it one. Compared by identity. */
const NULL_TYPE: SqlType = { base: 'STRING' }

/** Where a clause finds its names. `replace` lets a query see grouping expressions and aggregates as columns. */
export interface Scope {
  /** the clause, as error messages name it: SELECT, WHERE, GROUP BY … */
  readonly clause: string
  column(ref: ColumnRef): Typed
  replace?(e: Expression): Typed | null
}

export interface TypeCheckEnvironment {
  readonly functions: FunctionRegistry
  namedType(name: string, at: Position): SqlType
}

const COMPARISON_NAMES: Record<string, string> = {
  '=': 'EQUAL',
  '<>': 'NOT_EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  'IS DISTINCT FROM': 'IS_DISTINCT_FROM',
  'IS NOT DISTINCT FROM': 'IS_NOT_DISTINCT_FROM',
}

let lambdaIds = 0

/** Gives every expression its type, or refuses it with the place and ksqlDB's wording. */
export class TypeChecker {
  private readonly environment: TypeCheckEnvironment
  private readonly scope: Scope
  private readonly lambdaScope: ReadonlyMap<string, { id: number; type: SqlType }>

  constructor(environment: TypeCheckEnvironment, scope: Scope, lambdaScope: TypeChecker['lambdaScope'] = new Map()) {
    this.environment = environment
    this.scope = scope
    this.lambdaScope = lambdaScope
  }

  /** The typed expression; a bare NULL becomes a STRING. */
  check(e: Expression): Typed {
    try {
      const typed = this.visit(e)
      return isNullLiteral(typed) ? { op: 'const', type: STRING, value: null } : typed
    } catch (error) {
      throw located(error, e.at)
    }
  }

  /** As check, for WHERE, HAVING and ON: must be a BOOLEAN. */
  checkPredicate(e: Expression): Typed {
    let typed: Typed
    try {
      typed = this.visit(e)
    } catch (error) {
      if (error instanceof KsqlError && error.kind === 'semantic' && isTypeError(error.message)) {
        const message = `Error in ${this.scope.clause} expression: ${error.message}`
        throw new KsqlError('semantic', message, { position: error.position ?? e.at, fix: error.fix })
      }
      throw located(error, e.at)
    }
    if (typed.type.base !== 'BOOLEAN') {
      throw semanticError(
        `Type error in ${this.scope.clause} expression: Should evaluate to boolean but is ${formatExpression(e)} (${formatType(typed.type)}) instead.`,
        e.at,
        'Compare the value with something, or use IS NOT NULL.',
      )
    }
    return typed
  }

  resolveType(name: TypeName): SqlType {
    switch (name.kind) {
      case 'type':
        return name.type
      case 'named':
        return this.environment.namedType(name.name, name.at)
      case 'array':
        return arrayType(this.resolveType(name.element))
      case 'map':
        return mapType(this.resolveType(name.key), this.resolveType(name.value))
      case 'struct':
        return structType(name.fields.map((f) => ({ name: f.name, type: this.resolveType(f.type) })))
    }
  }

  private visit(e: Expression): Typed {
    const replaced = this.scope.replace?.(e)
    if (replaced) return replaced
    switch (e.kind) {
      case 'null':
        return { op: 'const', type: NULL_TYPE, value: null }
      case 'boolean':
        return constant(BOOLEAN, e.value)
      case 'integer':
        return constant(INTEGER, e.value)
      case 'bigint':
        return constant(BIGINT, e.value)
      case 'double':
        return constant(DOUBLE, e.value)
      case 'decimal': {
        const value = Decimal.parse(e.text)
        const digits = value.unscaled.toString().replace('-', '').length
        return constant(decimalType(Math.max(digits, value.scale), value.scale), value)
      }
      case 'string':
        return constant(STRING, e.value)
      case 'unit':
        return constant(STRING, e.unit)
      case 'column':
        return this.scope.column(e)
      case 'lambda-param': {
        const param = this.lambdaScope.get(e.name)
        if (param === undefined)
          throw semanticError(
            `Unknown lambda parameter '${e.name}'`,
            e.at,
            `Known here: ${[...this.lambdaScope.keys()].join(', ') || 'none'}.`,
          )
        return { op: 'lambda-param', id: param.id, type: param.type }
      }
      case 'lambda':
        throw semanticError(
          'A lambda can only be an argument of a function.',
          e.at,
          'Write TRANSFORM(array, x => …) or the like.',
        )
      case 'arithmetic':
        return this.arithmetic(e)
      case 'negate': {
        const operand = this.visit(e.operand)
        if (!isNumeric(operand.type)) {
          throw semanticError(
            `Unsupported unary operator ${e.op} on ${formatType(operand.type)}`,
            e.at,
            'CAST it to a number.',
          )
        }
        return e.op === '+' ? operand : { op: 'negate', operand, type: operand.type }
      }
      case 'comparison':
        return this.comparison(e)
      case 'logical':
        return {
          op: 'logical',
          operator: e.op,
          left: this.boolean(e.left),
          right: this.boolean(e.right),
          type: BOOLEAN,
        }
      case 'not':
        return { op: 'not', operand: this.boolean(e.operand), type: BOOLEAN }
      case 'is-null':
        return { op: 'is-null', operand: this.visit(e.operand), negated: e.negated, type: BOOLEAN }
      case 'between': {
        const low = this.comparison({ kind: 'comparison', op: '>=', left: e.operand, right: e.low, at: e.at })
        const high = this.comparison({ kind: 'comparison', op: '<=', left: e.operand, right: e.high, at: e.at })
        const both: Typed = { op: 'logical', operator: 'AND', left: low, right: high, type: BOOLEAN }
        return e.negated ? { op: 'not', operand: both, type: BOOLEAN } : both
      }
      case 'in': {
        const typed = inList(
          this.visit(e.operand),
          e.items.map((item) => ({ expression: item, typed: this.visit(item) })),
        )
        return e.negated ? { op: 'not', operand: typed, type: BOOLEAN } : typed
      }
      case 'like': {
        const operand = this.visit(e.operand)
        const pattern = this.visit(e.pattern)
        for (const [side, ast] of [
          [operand, e.operand],
          [pattern, e.pattern],
        ] as const) {
          if (side.type.base !== 'STRING') {
            throw semanticError(
              `LIKE needs STRINGs: ${formatExpression(ast)} is ${formatType(side.type)}`,
              ast.at,
              'CAST it AS VARCHAR.',
            )
          }
        }
        const typed: Typed = { op: 'like', operand, pattern, escape: e.escape, type: BOOLEAN }
        return e.negated ? { op: 'not', operand: typed, type: BOOLEAN } : typed
      }
      case 'case':
        return this.caseWhen(e)
      case 'cast': {
        const operand = this.visit(e.operand)
        const type = this.resolveType(e.type)
        if (isNullLiteral(operand)) return { op: 'const', type, value: null }
        if (sameType(operand.type, type)) return operand
        return { op: 'convert', operand, type, convert: caster(operand.type, type), throws: true }
      }
      case 'call':
        return this.call(e)
      case 'subscript': {
        const base = this.visit(e.base)
        const index = this.visit(e.index)
        if (base.type.base === 'ARRAY') {
          if (index.type.base !== 'INTEGER' && index.type.base !== 'BIGINT') {
            throw semanticError(
              `Unsupported array index type: ${formatType(index.type)}`,
              e.index.at,
              'Use an INTEGER, starting at 1.',
            )
          }
          return { op: 'subscript', base, index: coerce(index, INTEGER) ?? narrow(index), type: base.type.element }
        }
        if (base.type.base === 'MAP') {
          const key = coerce(index, base.type.key)
          if (key === null) {
            throw semanticError(
              `Unsupported map key type: ${formatType(index.type)}`,
              e.index.at,
              `Keys of this map are ${formatType(base.type.key)}.`,
            )
          }
          return { op: 'subscript', base, index: key, type: base.type.value }
        }
        throw semanticError(
          `Can't use a subscript on ${formatExpression(e.base)}: it is ${formatType(base.type)}, not an ARRAY or MAP.`,
          e.at,
          base.type.base === 'STRUCT' ? `Write ${formatExpression(e.base)}->field.` : 'Drop the subscript.',
        )
      }
      case 'dereference': {
        const base = this.visit(e.base)
        if (base.type.base !== 'STRUCT') {
          throw semanticError(
            `Expected STRUCT type, got: ${formatType(base.type)}`,
            e.at,
            base.type.base === 'MAP' ? `Write ${formatExpression(e.base)}['${e.field}'].` : 'Drop the ->.',
          )
        }
        const index = base.type.fields.findIndex((f) => f.name === e.field)
        const field = base.type.fields[index]
        if (field === undefined) {
          const names = base.type.fields.map((f) => f.name)
          throw semanticError(
            `Could not find field '${e.field}' in '${formatExpression(e.base)}'.`,
            e.at,
            hint(e.field ?? '', names, 'Fields of this struct'),
          )
        }
        return { op: 'field', base, index, type: field.type }
      }
      case 'array':
        return this.array(e.items)
      case 'map': {
        const keys = this.common(e.entries.map((x) => x.key))
        const values = this.common(e.entries.map((x) => x.value))
        if (keys.type.base !== 'STRING')
          throw semanticError(
            `MAP keys must be STRINGs, not ${formatType(keys.type)}`,
            e.at,
            'CAST the keys AS VARCHAR.',
          )
        const entries = keys.items.map((key, i) => ({ key, value: values.items[i] ?? key }))
        return { op: 'map', entries, type: mapType(keys.type, values.type) }
      }
      case 'struct': {
        const fields = e.fields.map((f) => defaultNull(this.visit(f.value)))
        const names = e.fields.map((f) => f.name)
        const twice = names.find((name, i) => names.indexOf(name) !== i)
        if (twice !== undefined)
          throw semanticError(
            `Duplicate field names found in STRUCT: '${twice}'`,
            e.at,
            'Give each field a name of its own.',
          )
        return {
          op: 'struct',
          fields,
          type: structType(fields.map((f, i) => ({ name: names[i] ?? '', type: f.type }))),
        }
      }
    }
  }

  private boolean(e: Expression): Typed {
    const typed = this.visit(e)
    if (typed.type.base === 'BOOLEAN') return typed
    if (isNullLiteral(typed)) return { op: 'const', type: BOOLEAN, value: null }
    throw semanticError(
      `Unsupported operand for AND, OR, NOT: ${formatExpression(e)} is ${formatType(typed.type)}`,
      e.at,
      'Compare it with something, or CAST it AS BOOLEAN.',
    )
  }

  private arithmetic(e: Extract<Expression, { kind: 'arithmetic' }>): Typed {
    const left = this.visit(e.left)
    const right = this.visit(e.right)
    const refuse = () => {
      const types = `${typeWord(left)} ${typeWord(right)}`
      return semanticError(
        `Error processing expression: ${formatExpression(e)}. Unsupported arithmetic types. ${types}`,
        e.at,
        left.type.base === 'STRING' || right.type.base === 'STRING'
          ? 'CAST the text to a number, or the number AS VARCHAR.'
          : 'CAST both sides to numbers.',
      )
    }
    if (e.op === '+' && left.type.base === 'STRING' && right.type.base === 'STRING') {
      return { op: 'arithmetic', operator: '+', left: defaultNull(left), right: defaultNull(right), type: STRING }
    }
    if (!isNumeric(left.type) || !isNumeric(right.type)) throw refuse()
    const common = commonType(left.type, right.type)
    if (common === null) throw refuse()
    if (common.base === 'DECIMAL') {
      const a = asDecimalType(left.type)
      const b = asDecimalType(right.type)
      if (a === null || b === null) throw refuse()
      const type = arithmeticType(e.op, a, b)
      return { op: 'arithmetic', operator: e.op, left: must(left, a), right: must(right, b), type }
    }
    return { op: 'arithmetic', operator: e.op, left: must(left, common), right: must(right, common), type: common }
  }

  private comparison(e: Extract<Expression, { kind: 'comparison' }>): Typed {
    let left = this.visit(e.left)
    let right = this.visit(e.right)
    const distinct = e.op === 'IS DISTINCT FROM' || e.op === 'IS NOT DISTINCT FROM'
    if (!distinct && (isNullLiteral(left) || isNullLiteral(right))) {
      throw semanticError(
        `Comparison with NULL not supported: ${side(e.left)} ${e.op} ${side(e.right)}`,
        e.at,
        'Use IS NULL or IS NOT NULL.',
      )
    }
    if (isNullLiteral(left)) left = { op: 'const', type: right.type, value: null }
    if (isNullLiteral(right)) right = { op: 'const', type: left.type, value: null }
    left = timeText(left, right)
    right = timeText(right, left)
    const type = comparable(left.type, right.type, e.op)
    if (type === null) {
      throw semanticError(
        `Cannot compare ${formatExpression(e.left)} (${formatType(left.type)}) to ${formatExpression(e.right)} (${formatType(right.type)}) with ${COMPARISON_NAMES[e.op]}.`,
        e.at,
        'CAST one side to the type of the other.',
      )
    }
    const operands = { left: toCommon(left, type), right: toCommon(right, type) }
    if (distinct) return { op: 'distinct', negated: e.op === 'IS NOT DISTINCT FROM', ...operands, type: BOOLEAN }
    return { op: 'comparison', operator: e.op as '=', ...operands, type: BOOLEAN }
  }

  private caseWhen(e: Extract<Expression, { kind: 'case' }>): Typed {
    const branches = e.branches.map((b) => {
      const when: Expression =
        e.operand === null ? b.when : { kind: 'comparison', op: '=', left: e.operand, right: b.when, at: b.when.at }
      const condition = this.visit(when)
      if (condition.type.base !== 'BOOLEAN') {
        throw semanticError(
          `WHEN operand type should be boolean.\nType for '${formatExpression(when)}' is ${formatType(condition.type)}`,
          b.when.at,
          'Compare it with something.',
        )
      }
      return { when: condition, then: this.visit(b.then), ast: b.then }
    })
    const otherwise = e.otherwise === null ? null : this.visit(e.otherwise)
    let type: SqlType | null = null
    for (const then of [...branches.map((b) => b.then), ...(otherwise === null ? [] : [otherwise])]) {
      if (isNullLiteral(then)) continue
      if (type === null) type = then.type
      else {
        const common = commonCase(type, then.type)
        if (common === null) {
          throw semanticError(
            `Invalid Case expression. Type for all 'THEN' clauses should be the same.\nTHEN expression '${formatExpression(e)}' has type: ${formatType(then.type)}.\nPrevious THEN expression(s) type: ${formatType(type)}.`,
            e.at,
            'CAST the branches to one type.',
          )
        }
        type = common
      }
    }
    if (type === null)
      throw semanticError(
        'Invalid Case expression. All case branches have NULL type',
        e.at,
        'CAST(NULL AS …) gives the type.',
      )
    const result = type
    return {
      op: 'case',
      branches: branches.map((b) => ({ when: b.when, then: must(b.then, result) })),
      otherwise: otherwise === null ? null : must(otherwise, result),
      type: result,
    }
  }

  private array(items: readonly Expression[]): Typed {
    const { items: typed, type } = this.common(items)
    return { op: 'array', items: typed, type: arrayType(type) }
  }

  /** Expressions brought to one type, as array and map constructors do it. */
  private common(expressions: readonly Expression[]): { items: Typed[]; type: SqlType } {
    const typed = expressions.map((x) => this.visit(x))
    let type: SqlType | null = null
    for (const [i, item] of typed.entries()) {
      if (isNullLiteral(item)) continue
      if (type === null || sameType(type, item.type)) type = item.type
      else {
        const literal = expressions[i]
        const next: SqlType | null = constructorCommon(type, item)
        if (next === null) {
          const shown = literal === undefined ? '' : ` (${formatExpression(literal)})`
          throw semanticError(
            `operator does not exist: ${formatType(type)} = ${formatType(item.type)}${shown}\nHint: You might need to add explicit type casts.`,
            literal?.at,
            'CAST the items to one type.',
          )
        }
        type = next
      }
    }
    if (type === null) {
      throw semanticError(
        'Cannot construct an array or map with all NULL elements or no elements: its type is unknown. As a workaround, you may cast a NULL value to the desired type.',
        expressions[0]?.at,
        'CAST(NULL AS …) gives the element type.',
      )
    }
    const result = type
    return { items: typed.map((item) => must(item, result)), type: result }
  }

  private call(e: FunctionCall): Typed {
    const fn = this.environment.functions.scalar(e.name)
    if (fn === undefined) {
      if (this.environment.functions.aggregate(e.name) !== undefined) {
        throw semanticError(
          `Aggregate function ${e.name} is not allowed here: use it in the SELECT or HAVING of a query with GROUP BY.`,
          e.at,
          'Filter groups with HAVING; use an aggregate elsewhere in a second query.',
        )
      }
      if (this.environment.functions.table(e.name) !== undefined) {
        throw semanticError(
          `Table function ${e.name} is only allowed in the SELECT list.`,
          e.at,
          'Expand in one query, and use the result in another.',
        )
      }
      throw this.environment.functions.unknown(e.name)
    }
    const { types, typed } = this.arguments(e.args)
    const constants = typed.map((arg) => (arg?.op === 'const' && !isNullLiteral(arg) ? arg.value : undefined))
    const resolved = resolveScalar(fn, types, constants)
    const args = typed.map((arg, i) => {
      const ast = e.args[i]
      if (ast?.kind === 'lambda') {
        const lambda = this.lambda(ast, resolved.lambdaParams[i] ?? [])
        return { ...lambda, body: must(lambda.body, resolved.argTypes[i] ?? lambda.type) }
      }
      if (arg === null || arg === undefined) throw new Error('argument lost')
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

  /** Arguments of a call: their types as overload resolution wants them, lambdas still untyped. */
  arguments(args: readonly Expression[]): { types: ArgumentType[]; typed: (Typed | null)[] } {
    const typed = args.map((arg) => (arg.kind === 'lambda' ? null : this.visit(arg)))
    const types = args.map((arg, i): ArgumentType => {
      if (arg.kind === 'lambda') {
        return {
          lambda: arg.params.length,
          typeOf: (parameters) => {
            const body = this.lambda(arg, parameters).body
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

  private lambda(e: Lambda, parameterTypes: readonly SqlType[]): TypedLambda {
    const inner = new Map(this.lambdaScope)
    const params = e.params.map((name, i) => {
      const id = lambdaIds++
      inner.set(name, { id, type: parameterTypes[i] ?? STRING })
      return id
    })
    const body = new TypeChecker(this.environment, this.scope, inner).visit(e.body)
    return { op: 'lambda', params, paramTypes: parameterTypes, body, type: body.type }
  }
}

export function isNullLiteral(e: Typed): boolean {
  return e.type === NULL_TYPE
}

function constant(type: SqlType, value: SqlValue): TypedConst {
  return { op: 'const', type, value }
}

function defaultNull(e: Typed): Typed {
  return isNullLiteral(e) ? { op: 'const', type: STRING, value: null } : e
}

/** The expression converted implicitly, or null where ksqlDB does not. Constants are converted at once. */
export function coerce(e: Typed, type: SqlType): Typed | null {
  if (isNullLiteral(e)) return { op: 'const', type, value: null }
  if (sameType(e.type, type)) return e
  const convert = coercer(e.type, type)
  if (convert === null) return null
  if (e.op === 'const') return { op: 'const', type, value: convert(e.value) }
  return {
    op: 'convert',
    operand: e,
    type,
    convert: convert === identity ? (v) => v : convert,
    throws: type.base === 'DECIMAL',
  }
}

export function must(e: Typed, type: SqlType): Typed {
  const coerced = coerce(e, type)
  if (coerced !== null) return coerced
  return { op: 'convert', operand: e, type, convert: caster(e.type, type), throws: true }
}

function narrow(index: Typed): Typed {
  return { op: 'convert', operand: index, type: INTEGER, convert: (v) => Number(v), throws: false }
}

/** The type two sides are compared in, or null where ksqlDB refuses. */
function comparable(a: SqlType, b: SqlType, op: string): SqlType | null {
  const type =
    isNumeric(a) && isNumeric(b) ? commonType(a, b) : sameType(a, b) ? a : (temporalText(a, b) ?? nestedCommon(a, b))
  if (type === null) return null
  const equalityOnly = type.base === 'BOOLEAN' || type.base === 'ARRAY' || type.base === 'MAP' || type.base === 'STRUCT'
  const ordering = op === '<' || op === '<=' || op === '>' || op === '>='
  return equalityOnly && ordering ? null : type
}

function nestedCommon(a: SqlType, b: SqlType): SqlType | null {
  return a.base === b.base && !isNumeric(a) ? commonType(a, b) : null
}

function temporalText(a: SqlType, b: SqlType): SqlType | null {
  if (a.base === 'STRING' && isTemporal(b)) return b
  if (b.base === 'STRING' && isTemporal(a)) return a
  if (a.base === 'DATE' && b.base === 'TIMESTAMP') return b
  if (b.base === 'DATE' && a.base === 'TIMESTAMP') return a
  return null
}

function toCommon(e: Typed, type: SqlType): Typed {
  if (type.base === 'DECIMAL') return e.type.base === 'DECIMAL' ? e : must(e, asDecimalType(e.type) ?? type)
  if (e.type.base === 'STRING' && isTemporal(type)) {
    const parse = temporalParser(type)
    if (e.op === 'const' && typeof e.value === 'string') return { op: 'const', type, value: parse(e.value) }
    return { op: 'convert', operand: e, type, convert: (v) => parse(v as string), throws: true }
  }
  return must(e, type)
}

function temporalParser(type: SqlType): (text: string) => number {
  return type.base === 'TIMESTAMP' ? parsePartialTimestamp : type.base === 'DATE' ? parsePartialDate : parsePartialTime
}

/** ROWTIME, WINDOWSTART and WINDOWEND compare with dates written as text. */
function timeText(e: Typed, other: Typed): Typed {
  const bounds = other.op === 'pseudo' && other.type.base === 'BIGINT' && other.name !== 'ROWOFFSET'
  if (!bounds || e.op !== 'const' || typeof e.value !== 'string') return e
  return { op: 'const', type: BIGINT, value: BigInt(parsePartialTimestamp(e.value)) }
}

function commonCase(a: SqlType, b: SqlType): SqlType | null {
  if (sameType(a, b)) return a
  if (isNumeric(a) && isNumeric(b)) return commonType(a, b)
  return canCoerce(b, a) ? a : canCoerce(a, b) ? b : null
}

/** Array and map constructors also read literals of other types as text or the other way round. */
function constructorCommon(type: SqlType, item: Typed): SqlType | null {
  if (isNumeric(type) && isNumeric(item.type)) return commonType(type, item.type)
  if (canCoerce(item.type, type)) return type
  if (type.base === 'STRING' && item.op === 'const' && item.type.base !== 'BYTES') return type
  if (item.op === 'const' && item.type.base === 'STRING' && (isNumeric(type) || type.base === 'BOOLEAN')) return type
  return commonType(type, item.type)
}

function typeWord(e: Typed): string {
  return isNullLiteral(e) ? 'null' : e.type.base
}

function side(e: Expression): string {
  return e.kind === 'null' ? 'NULL' : formatExpression(e)
}

function isTypeError(message: string): boolean {
  return /^(Cannot compare|Error processing expression)/.test(message)
}
