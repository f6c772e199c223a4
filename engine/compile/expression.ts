import type { LambdaValue } from '../functions/definition.ts'
import { anyNode, operandsOf, type Typed, type TypedCall, type TypedCase, type TypedLambda } from '../plan/typed.ts'
import { physicalOf } from '../runtime/batch.ts'
import { comparator, equality } from '../types/compare.ts'
import { Decimal } from '../types/decimal.ts'
import { decimalArithmetic } from '../types/decimal-type.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { likeMatcher } from './like.ts'
import { type SourceWriter, zeroOf } from './source.ts'

/**
 * A compiled expression: JavaScript expressions without side effects, valid where they were compiled.
 * `err` is ksqlDB's evaluation error that makes the whole column NULL (arithmetic on NULL, in Java a NullPointerException);
 * real exceptions are thrown. `val` may throw while `nul` or `err` is true.
 */
export interface Fragment {
  readonly val: string
  readonly nul: string
  readonly err: string
}

/** How an expression reaches the row it is evaluated on. */
export interface RowScope {
  column(index: number): Fragment
  pseudo(node: Typed & { op: 'pseudo' }): Fragment
  synthetic(index: number): Fragment
}

/** What functions are bound with. */
export interface ExpressionEnvironment {
  /** names generated code in profiles */
  readonly label: string
  readonly properties: ReadonlyMap<string, string>
  readonly now: () => number
}

const NEVER = 'false'

export function either(...conditions: string[]): string {
  const real = [...new Set(conditions.filter((c) => c !== NEVER))]
  if (real.length === 0) return NEVER
  return real.length === 1 ? (real[0] ?? NEVER) : `(${real.join(' || ')})`
}

/** A statement that is left out when the condition holds: the value of a fragment must not be computed where it is absent. */
export function onlyIf(absent: string, statement: string): string {
  return absent === NEVER ? statement : `if (!${paren(absent)}) { ${statement} }`
}

/** Writes JavaScript for typed expressions into a source writer. */
export class ExpressionCompiler {
  private readonly out: SourceWriter
  private readonly scope: RowScope
  private readonly environment: ExpressionEnvironment
  private readonly lambdaParams = new Map<number, Fragment>()
  /** what `share` has computed already */
  private readonly shared = new Map<string, Fragment>()

  constructor(out: SourceWriter, scope: RowScope, environment: ExpressionEnvironment) {
    this.out = out
    this.scope = scope
    this.environment = environment
  }

  /** A copy that writes into another (nested) writer. */
  into(out: SourceWriter): ExpressionCompiler {
    const copy = new ExpressionCompiler(out, this.scope, this.environment)
    for (const [id, fragment] of this.lambdaParams) copy.lambdaParams.set(id, fragment)
    for (const [key, fragment] of this.shared) copy.shared.set(key, fragment)
    return copy
  }

  /** Computes once, here, what several of the expressions read: elements of arrays at fixed places. That cannot fail. */
  share(expressions: readonly Typed[]): void {
    const seen = new Set<string>()
    const visit = (e: Typed): void => {
      const key = elementKey(e)
      if (key !== null && seen.has(key) && !this.shared.has(key)) this.shared.set(key, this.compile(e))
      if (key !== null) seen.add(key)
      for (const operand of operandsOf(e)) visit(operand)
    }
    for (const e of expressions) visit(e)
  }

  compile(e: Typed): Fragment {
    const shared = this.shared.size === 0 ? null : elementKey(e)
    const known = shared === null ? undefined : this.shared.get(shared)
    if (known !== undefined) return known
    switch (e.op) {
      case 'const':
        return this.literal(e.value, e.type)
      case 'column':
        return this.scope.column(e.index)
      case 'pseudo':
        return this.scope.pseudo(e)
      case 'synthetic':
        return this.scope.synthetic(e.index)
      case 'arithmetic':
        return this.arithmetic(e.operator, e.left, e.right, e.type)
      case 'negate': {
        const a = this.compile(e.operand)
        const val = negated(a.val, e.type, this.out)
        return this.guarded(e.type, either(a.err, a.nul), val, e.type.base === 'DECIMAL')
      }
      case 'comparison':
        return this.comparison(e.operator, e.left, e.right)
      case 'distinct': {
        const a = this.compile(e.left)
        const b = this.compile(e.right)
        const same = `(${a.nul} ? ${b.nul} : !${paren(b.nul)} && ${this.equal(a.val, b.val, e.left.type)})`
        return { val: e.negated ? same : `!${same}`, nul: NEVER, err: either(a.err, b.err) }
      }
      case 'logical':
        return this.logical(e.operator, e.left, e.right)
      case 'not': {
        const a = this.compile(e.operand)
        return { val: `!${paren(a.val)}`, nul: NEVER, err: either(a.err, a.nul) }
      }
      case 'is-null': {
        const a = this.compile(e.operand)
        return { val: e.negated ? `!${paren(a.nul)}` : a.nul, nul: NEVER, err: a.err }
      }
      case 'in':
        return this.inList(e.operand, e.items, e.type)
      case 'like': {
        const a = this.compile(e.operand)
        const b = this.compile(e.pattern)
        const match = this.out.constant(likeMatcher(e.escape))
        return this.guarded(e.type, either(a.err, a.nul, b.err, b.nul), `${match}(${a.val}, ${b.val})`, true)
      }
      case 'case':
        return this.caseWhen(e)
      case 'convert':
        return this.convert(e.operand, e.type, e.convert)
      case 'call':
        return this.call(e)
      case 'lambda':
        return { val: this.lambda(e), nul: NEVER, err: NEVER }
      case 'lambda-param':
        return this.lambdaParams.get(e.id) ?? fail(`lambda parameter ${e.id} outside its lambda`)
      case 'subscript':
        return this.subscript(e.base, e.index)
      case 'field': {
        const base = this.compile(e.base)
        return this.reference(`${base.val}[${e.index}]`, base.nul, base.err)
      }
      case 'array':
      case 'struct': {
        const items = (e.op === 'array' ? e.items : e.fields).map((item) => this.boxed(item))
        const err = either(...items.map((i) => i.err))
        return this.guarded(e.type, err, `[${items.map((i) => i.val).join(', ')}]`, true)
      }
      case 'map': {
        const entries = e.entries.map((entry) => [this.boxed(entry.key), this.boxed(entry.value)] as const)
        const text = entries.map(([k, v]) => `[${k.val}, ${v.val}]`).join(', ')
        const err = either(...entries.flatMap(([k, v]) => [k.err, v.err]))
        return this.guarded(e.type, err, `new Map([${text}])`, true)
      }
    }
  }

  /** The expression as one JavaScript value with null for NULL. */
  boxed(e: Typed): { val: string; err: string } {
    const f = this.compile(e)
    return { val: box(f, e.type), err: f.err }
  }

  private literal(value: SqlValue, type: SqlType): Fragment {
    if (value === null) return { val: zeroOf(type), nul: 'true', err: NEVER }
    return { val: literalText(value) ?? this.out.constant(value), nul: NEVER, err: NEVER }
  }

  private hold(expression: string): string {
    const name = this.out.fresh('t')
    this.out.emit(`const ${name} = ${expression};`)
    return name
  }

  /** `value` computed only when `err` is false; total (cheap, side-effect free) expressions need no guard. */
  private guarded(type: SqlType, err: string, value: string, risky: boolean): Fragment {
    if (!risky) return { val: `(${value})`, nul: NEVER, err }
    const name = this.out.fresh('t')
    if (err === NEVER) {
      this.out.emit(`const ${name} = ${value};`)
      return { val: name, nul: NEVER, err }
    }
    const flag = this.hold(err)
    this.out.emit(`let ${name} = ${zeroOf(type)}; if (!${flag}) { ${name} = ${value}; }`)
    return { val: name, nul: NEVER, err: flag }
  }

  /** A value out of an array, map or struct, null when absent; evaluated only when the container is there. */
  private reference(expression: string, nul: string, err: string): Fragment {
    const name = this.out.fresh('t')
    const absent = either(nul, err)
    const read = absent === NEVER ? expression : `${absent} ? null : ${expression}`
    this.out.emit(`let ${name} = ${read}; if (${name} === undefined) ${name} = null;`)
    return unbox(name, err)
  }

  private arithmetic(operator: string, left: Typed, right: Typed, type: SqlType): Fragment {
    const a = this.compile(left)
    const b = this.compile(right)
    if (type.base === 'STRING') {
      // Java's string concatenation: a NULL reads "null"
      const text = (f: Fragment) => (f.nul === NEVER ? f.val : `(${f.nul} ? "null" : ${f.val})`)
      return { val: `(${text(a)} + ${text(b)})`, nul: NEVER, err: either(a.err, b.err) }
    }
    const err = either(a.err, a.nul, b.err, b.nul)
    const divides = dividesByUnknown(operator, right)
    switch (type.base) {
      case 'DOUBLE':
        return this.guarded(type, err, `${a.val} ${operator} ${b.val}`, false)
      case 'INTEGER':
        if (divides) {
          const zero = this.out.constant(divisionByZero)
          return this.guarded(type, err, `(${b.val} === 0 ? ${zero}() : (${a.val} ${operator} ${b.val}) | 0)`, true)
        }
        return this.guarded(
          type,
          err,
          operator === '*' ? `Math.imul(${a.val}, ${b.val})` : `(${a.val} ${operator} ${b.val}) | 0`,
          false,
        )
      case 'BIGINT':
        return this.guarded(type, err, `BigInt.asIntN(64, ${a.val} ${operator} ${b.val})`, divides)
      case 'DECIMAL': {
        const f = this.out.constant(decimalArithmetic(operator as '+', type))
        return this.guarded(type, err, `${f}(${a.val}, ${b.val})`, true)
      }
      default:
        return fail(`arithmetic on ${type.base}`)
    }
  }

  private equal(a: string, b: string, type: SqlType): string {
    switch (type.base) {
      case 'DECIMAL':
      case 'BYTES':
      case 'ARRAY':
      case 'MAP':
      case 'STRUCT':
        return `${this.out.constant(equality(type))}(${a}, ${b})`
      default:
        return `${a} === ${b}`
    }
  }

  /** A comparison with NULL is false, as in ksqlDB. */
  private comparison(operator: string, left: Typed, right: Typed): Fragment {
    const a = this.compile(left)
    const b = this.compile(right)
    const err = either(a.err, b.err)
    const nul = either(a.nul, b.nul)
    const absent = either(nul, err)
    let test: string
    if (operator === '=' || operator === '<>') {
      const same = this.equal(a.val, b.val, left.type)
      test = operator === '=' ? same : `!(${same})`
    } else if (left.type.base === 'DECIMAL' || left.type.base === 'BYTES') {
      test = `${this.out.constant(comparator(left.type))}(${a.val}, ${b.val}) ${operator} 0`
    } else {
      test = `${a.val} ${operator} ${b.val}`
    }
    return { val: absent === NEVER ? `(${test})` : `(!${paren(absent)} && ${test})`, nul: NEVER, err }
  }

  private logical(operator: 'AND' | 'OR', left: Typed, right: Typed): Fragment {
    const a = this.compile(left)
    const aErr = either(a.err, a.nul)
    const inner = this.out.nested()
    const b = this.into(inner).compile(right)
    const bErr = either(b.err, b.nul)
    if (inner.lines.length === 0) {
      const js = operator === 'AND' ? '&&' : '||'
      const reached = operator === 'AND' ? a.val : `!${paren(a.val)}`
      const err = bErr === NEVER ? aErr : either(aErr, `(${reached} && ${bErr})`)
      return { val: `(${a.val} ${js} ${b.val})`, nul: NEVER, err }
    }
    const val = this.out.fresh('t')
    const err = this.out.fresh('e')
    this.out.emit(`let ${val} = false, ${err} = ${aErr}; ${onlyIf(aErr, `${val} = ${a.val};`)}`)
    this.out.emit(`if (!${err} && ${operator === 'AND' ? val : `!${val}`}) {`)
    this.out.append(inner)
    this.out.emit(`${err} = ${bErr}; ${onlyIf(bErr, `${val} = ${b.val};`)} }`)
    return { val, nul: NEVER, err }
  }

  private inList(operand: Typed, items: readonly Typed[], type: SqlType): Fragment {
    const a = this.compile(operand)
    const parts = items.map((item) => {
      const b = this.compile(item)
      const same = this.equal(a.val, b.val, operand.type)
      return { test: b.nul === NEVER ? same : `(!${paren(b.nul)} && ${same})`, err: b.err }
    })
    const test = parts.map((p) => p.test).join(' || ') || 'false'
    const val = a.nul === NEVER ? `(${test})` : `(!${paren(a.nul)} && (${test}))`
    return this.guarded(type, either(a.err, ...parts.map((p) => p.err)), val, true)
  }

  private caseWhen(e: TypedCase): Fragment {
    const val = this.out.fresh('t')
    const nul = this.out.fresh('z')
    const err = this.out.fresh('e')
    this.out.emit(`let ${val} = ${zeroOf(e.type)}, ${nul} = false, ${err} = false;`)
    let open = 0
    const assign = (then: Typed) => {
      const inner = this.out.nested()
      const f = this.into(inner).compile(then)
      this.out.append(inner)
      this.out.emit(`${nul} = ${f.nul}; ${err} = ${f.err};`)
      this.out.emit(onlyIf(either(f.nul, f.err), `${val} = ${f.val};`))
    }
    for (const branch of e.branches) {
      const inner = this.out.nested()
      const when = this.into(inner).compile(branch.when)
      this.out.append(inner)
      const whenErr = either(when.err, when.nul)
      if (whenErr !== NEVER) this.out.emit(`if (${whenErr}) { ${err} = true; } else`)
      this.out.emit(`if (${when.val}) {`)
      assign(branch.then)
      this.out.emit('} else {')
      open++
    }
    if (e.otherwise === null) this.out.emit(`${nul} = true;`)
    else assign(e.otherwise)
    this.out.emit('}'.repeat(open))
    return { val, nul, err }
  }

  private convert(operand: Typed, type: SqlType, convert: (value: SqlValue) => SqlValue): Fragment {
    const a = this.compile(operand)
    const direct = directConversion(a.val, operand.type, type)
    if (direct !== null) return { val: direct, nul: a.nul, err: a.err }
    const name = this.out.fresh('t')
    const absent = either(a.nul, a.err)
    const call = `${this.out.constant(convert)}(${a.val})`
    this.out.emit(`const ${name} = ${absent === NEVER ? call : `${absent} ? null : ${call}`};`)
    return unbox(name, a.err)
  }

  private call(e: TypedCall): Fragment {
    if (e.name === 'COALESCE' || e.name === 'IFNULL') return this.firstPresent(e.args, e.type)
    const inline = e.variant.inline
    if (inline !== undefined && e.args.every((arg) => arg.op !== 'lambda')) {
      const args = e.args.map((arg) => this.compile(arg))
      return {
        val: `(${inline(...args.map((a) => a.val))})`,
        nul: either(...args.map((a) => a.nul)),
        err: either(...args.map((a) => a.err)),
      }
    }
    const implementation = e.variant.bind({
      argTypes: e.argTypes,
      returnType: e.type,
      constants: e.constants,
      properties: this.environment.properties,
      now: this.environment.now,
    })
    const f = this.out.constant(implementation)
    const args = e.args.map((arg) => ({ type: arg.type, fragment: this.compile(arg) }))
    const err = either(...args.map((a) => a.fragment.err))
    const propagates = e.variant.nulls === 'propagate'
    const absent = propagates ? either(err, ...args.map((a) => a.fragment.nul)) : err
    const values = args.map((a) => (propagates ? a.fragment.val : box(a.fragment, a.type)))
    const name = this.out.fresh('t')
    const condition = absent === NEVER ? '' : `if (!${paren(absent)}) `
    // a function that fails gives NULL; what is around it goes on
    this.out.emit(
      `let ${name} = null; ${condition}try { ${name} = ${f}(${values.join(', ')}); } catch (error) { report(${this.out.constant(e.name)}, error); }`,
    )
    return unbox(name, err)
  }

  /** COALESCE without a call. All arguments are evaluated, as ksqlDB does: an error in any of them spoils the column. */
  private firstPresent(args: readonly Typed[], type: SqlType): Fragment {
    const fragments = args.map((arg) => this.compile(arg))
    const err = either(...fragments.map((f) => f.err))
    const nul = fragments.some((f) => f.nul === NEVER) ? NEVER : `(${fragments.map((f) => paren(f.nul)).join(' && ')})`
    const last = fragments[fragments.length - 1]?.val ?? zeroOf(type)
    const val = fragments
      .slice(0, -1)
      .reduceRight((rest, f) => (f.nul === NEVER ? f.val : `(${f.nul} ? ${rest} : ${f.val})`), last)
    return { val, nul, err }
  }

  private lambda(e: TypedLambda): string {
    const inner = this.out.nested()
    const body = this.into(inner)
    const names = e.params.map((id, i) => {
      const name = this.out.fresh('p')
      const type = e.paramTypes[i] ?? fail(`lambda parameter ${id} has no type`)
      body.lambdaParams.set(id, { val: name, nul: `(${name} === null)`, err: NEVER })
      return { name, type }
    })
    const f = body.compile(e.body)
    // a failing element fails the whole column
    const raise = f.err === NEVER ? '' : `if (${f.err}) ${this.out.constant(nullInArithmetic)}();`
    const fn = this.out.fresh('f')
    this.out.emit(`const ${fn} = (${names.map((n) => n.name).join(', ')}) => {`)
    this.out.append(inner)
    this.out.emit(`${raise} return ${box(f, e.body.type)}; };`)
    return fn
  }

  private subscript(base: Typed, index: Typed): Fragment {
    const a = this.compile(base)
    const b = this.compile(index)
    const err = either(a.err, b.err)
    const nul = either(a.nul, b.nul)
    if (base.type.base === 'MAP') return this.reference(`${a.val}.get(${b.val})`, nul, err)
    const fixed = index.op === 'const' && typeof index.value === 'number' ? index.value : 0
    if (fixed !== 0) {
      const there = `${a.val}.length >= ${Math.abs(fixed)}`
      const place = fixed > 0 ? String(fixed - 1) : `${a.val}.length - ${-fixed}`
      return this.reference(`(${there} ? ${a.val}[${place}] : null)`, nul, err)
    }
    const at = this.out.constant(elementAt)
    return this.reference(`${at}(${a.val}, ${b.val})`, nul, err)
  }
}

/** Identifies column[constant], which cannot fail; null for every other expression. */
function elementKey(e: Typed): string | null {
  if (e.op !== 'subscript' || e.base.type.base !== 'ARRAY') return null
  const { base, index } = e
  return base.op === 'column' && index.op === 'const' && index.value !== 0 ? `${base.index}[${index.value}]` : null
}

/** ksqlDB's array subscripts: from 1, negative from the end, NULL outside. */
function elementAt(array: readonly SqlValue[], index: number): SqlValue {
  if (index === 0) throw new Error('array index 0: arrays start at 1')
  return array[index > 0 ? index - 1 : array.length + index] ?? null
}

/** Could the divisor be zero? A literal other than zero cannot. */
function dividesByUnknown(operator: string, right: Typed): boolean {
  const known = right.op === 'const' && right.value !== null && Number(right.value) !== 0
  return (operator === '/' || operator === '%') && !known
}

function divisionByZero(): never {
  throw new Error('/ by zero')
}

function nullInArithmetic(): never {
  throw new Error('NULL in arithmetic')
}

function fail(message: string): never {
  throw new Error(`code generator: ${message}`)
}

function paren(expression: string): string {
  return /^[\w$.]+$/.test(expression) || (expression.startsWith('(') && balancedTail(expression))
    ? expression
    : `(${expression})`
}

function balancedTail(expression: string): boolean {
  let depth = 0
  for (let i = 0; i < expression.length; i++) {
    const c = expression[i]
    if (c === '(') depth++
    else if (c === ')' && --depth === 0) return i === expression.length - 1
  }
  return false
}

function negated(val: string, type: SqlType, out: SourceWriter): string {
  switch (type.base) {
    case 'INTEGER':
      return `(-${paren(val)}) | 0`
    case 'BIGINT':
      return `BigInt.asIntN(64, -${paren(val)})`
    case 'DECIMAL':
      return `${out.constant((d: Decimal) => new Decimal(-d.unscaled, d.scale))}(${val})`
    default:
      return `-${paren(val)}`
  }
}

/** Numeric widenings that need no call. */
function directConversion(val: string, from: SqlType, to: SqlType): string | null {
  if (from.base === to.base && from.base !== 'DECIMAL' && physicalOf(from) !== 'ref') return val
  if (from.base === 'INTEGER' && to.base === 'BIGINT') return `BigInt(${val})`
  if (from.base === 'INTEGER' && to.base === 'DOUBLE') return val
  if (from.base === 'BIGINT' && to.base === 'DOUBLE') return numberInside(val) ?? `Number(${val})`
  return null
}

/** The number expression x of a BIGINT written `BigInt(x)`, or null: what only needs the number can do without the BigInt. */
export function numberInside(val: string): string | null {
  let inner = val
  while (inner.startsWith('(') && balancedTail(inner)) inner = inner.slice(1, -1)
  const call = 'BigInt'
  return inner.startsWith(`${call}(`) && balancedTail(inner.slice(call.length)) ? inner.slice(call.length) : null
}

/** Text of a literal in JavaScript, or null for values that must be passed as constants. */
function literalText(value: SqlValue): string | null {
  switch (typeof value) {
    case 'boolean':
      return String(value)
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? (value < 0 ? `(${value})` : String(value)) : null
    case 'bigint':
      return value < 0n ? `(${value}n)` : `${value}n`
    case 'string':
      return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
    default:
      return null
  }
}

/** One JavaScript value with null for NULL. */
export function box(f: Fragment, type: SqlType): string {
  if (f.nul === NEVER) return f.val
  if (f.nul === 'true') return 'null'
  return physicalOf(type) === 'ref' && f.val !== 'null' && f.nul === `(${f.val} === null)`
    ? f.val
    : `(${f.nul} ? null : ${f.val})`
}

/** The fragment of a variable that holds null for NULL. */
export function unbox(name: string, err: string): Fragment {
  return { val: name, nul: `(${name} === null)`, err }
}

/** True when evaluating may throw, so that the column needs a try. */
export function mayThrow(e: Typed): boolean {
  return anyNode(e, (node) => {
    switch (node.op) {
      case 'arithmetic':
        return (
          node.type.base === 'DECIMAL' || (node.type.base !== 'DOUBLE' && dividesByUnknown(node.operator, node.right))
        )
      case 'convert':
        return node.throws
      case 'subscript':
        return node.base.type.base === 'ARRAY' && (node.index.op !== 'const' || node.index.value === 0)
      case 'like':
      case 'lambda':
        return true
      default:
        return false
    }
  })
}

export type { LambdaValue }
