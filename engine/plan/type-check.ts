import { KsqlError, located, type Position, semanticError } from '../errors.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { ColumnRef, Expression, Lambda, TypeName } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { caster } from '../types/cast.ts'
import { Decimal } from '../types/decimal.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimalType,
  formatType,
  INTEGER,
  isNumeric,
  mapType,
  type SqlType,
  STRING,
  sameType,
  structType,
} from '../types/sql-type.ts'
import { typeDereference, typeSubscript } from './access.ts'
import { typeArithmetic } from './arithmetic.ts'
import { type CallArguments, typeArguments, typeCall } from './call.ts'
import { typeCase } from './case-when.ts'
import { constant, defaultNull, isNullLiteral, NULL_LITERAL } from './coerce.ts'
import { typeComparison } from './comparison.ts'
import { typeArray, typeMap, typeStruct } from './constructors.ts'
import { inList } from './in-list.ts'
import type { ListItem } from './list-type.ts'
import type { Typed, TypedLambda } from './typed.ts'

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

const COMPILED_PREFIX: Readonly<Record<string, string>> = {
  SELECT: 'Invalid Select',
  WHERE: 'Invalid Predicate',
  HAVING: 'Invalid Predicate',
}

/** Checkers of a query's clauses: all see the columns of its FROM. */
export function checkerIn(
  from: { column(clause: string, ref: ColumnRef): Typed },
  environment: TypeCheckEnvironment,
): (clause: string) => TypeChecker {
  return (clause) => new TypeChecker(environment, { clause, column: (ref) => from.column(clause, ref) })
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
      return defaultNull(this.visit(e))
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
        return NULL_LITERAL
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
        return typeArithmetic(e, this.visit(e.left), this.visit(e.right))
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
        return typeComparison(e, this.visit(e.left), this.visit(e.right))
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
        const low = this.visit({ kind: 'comparison', op: '>=', left: e.operand, right: e.low, at: e.at })
        const high = this.visit({ kind: 'comparison', op: '<=', left: e.operand, right: e.high, at: e.at })
        const both: Typed = { op: 'logical', operator: 'AND', left: low, right: high, type: BOOLEAN }
        return e.negated ? { op: 'not', operand: both, type: BOOLEAN } : both
      }
      case 'in': {
        const operand = this.item(e.operand)
        const items = e.items.map((item) => this.item(item))
        const typed = this.compiled(e, () => inList(operand, items))
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
        return typeCase(e, (x) => this.visit(x))
      case 'cast': {
        const operand = this.visit(e.operand)
        const type = this.resolveType(e.type)
        if (isNullLiteral(operand)) return constant(type, null)
        if (sameType(operand.type, type)) return operand
        const convert = this.compiled(e, () => caster(operand.type, type))
        return { op: 'convert', operand, type, convert, throws: true }
      }
      case 'call':
        return typeCall(
          e,
          this.environment.functions,
          () => this.arguments(e.args),
          (lambda, types) => this.lambda(lambda, types),
        )
      case 'subscript':
        return typeSubscript(e, this.visit(e.base), this.visit(e.index))
      case 'dereference':
        return typeDereference(e, this.visit(e.base))
      case 'array':
        return typeArray(
          e.items.map((item) => this.item(item)),
          e.at,
        )
      case 'map':
        return typeMap(
          e.entries.map(({ key, value }) => ({ key: this.item(key), value: this.item(value) })),
          e.at,
        )
      case 'struct':
        return typeStruct(
          e.fields.map(({ name, value }) => ({ name, value: this.visit(value) })),
          e.at,
        )
    }
  }

  private item(expression: Expression): ListItem {
    return { expression, typed: this.visit(expression) }
  }

  /** What ksqlDB finds out no sooner than it makes code of an expression: the message says of which clause. */
  private compiled<T>(e: Expression, make: () => T): T {
    try {
      return make()
    } catch (error) {
      const prefix = COMPILED_PREFIX[this.scope.clause]
      if (!(error instanceof KsqlError) || error.kind !== 'semantic' || prefix === undefined) throw error
      throw new KsqlError('semantic', `${prefix}: ${error.message}`, {
        position: error.position ?? e.at,
        fix: error.fix,
      })
    }
  }

  private boolean(e: Expression): Typed {
    const typed = this.visit(e)
    if (typed.type.base === 'BOOLEAN') return typed
    if (isNullLiteral(typed)) return constant(BOOLEAN, null)
    throw semanticError(
      `Unsupported operand for AND, OR, NOT: ${formatExpression(e)} is ${formatType(typed.type)}`,
      e.at,
      'Compare it with something, or CAST it AS BOOLEAN.',
    )
  }

  /** Arguments of a call: their types as overload resolution wants them, lambdas still untyped. */
  arguments(args: readonly Expression[]): CallArguments {
    return typeArguments(
      args,
      (e) => this.visit(e),
      (lambda, types) => this.lambda(lambda, types),
    )
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

function isTypeError(message: string): boolean {
  return /^(Cannot compare|Error processing expression)/.test(message)
}
