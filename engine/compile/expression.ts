import { operandsOf, type Typed, type TypedCall, type TypedCase, type TypedLambda } from '../plan/typed.ts'
import type { SqlType } from '../types/sql-type.ts'
import { conversion } from './conversion.ts'
import { element, elementKey, part } from './elements.ts'
import { box, either, type Fragment, guarded, NEVER, onlyIf, paren, unbox } from './fragment.ts'
import { likeMatcher } from './like.ts'
import { literal } from './literal.ts'
import { dividesByUnknown } from './may-throw.ts'
import { arithmetic, comparison, distinct, inList, negation } from './operators.ts'
import { type SourceWriter, zeroOf } from './source.ts'

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
        return literal(this.out, e.value, e.type)
      case 'column':
        return this.scope.column(e.index)
      case 'pseudo':
        return this.scope.pseudo(e)
      case 'synthetic':
        return this.scope.synthetic(e.index)
      case 'arithmetic':
        return arithmetic(
          this.out,
          e.operator,
          this.compile(e.left),
          this.compile(e.right),
          e.type,
          dividesByUnknown(e.operator, e.right),
        )
      case 'negate':
        return negation(this.out, this.compile(e.operand), e.type)
      case 'comparison':
        return comparison(this.out, e.operator, this.compile(e.left), this.compile(e.right), e.left.type)
      case 'distinct':
        return distinct(this.out, e.negated, this.compile(e.left), this.compile(e.right), e.left.type)
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
        return inList(
          this.out,
          this.compile(e.operand),
          e.items.map((item) => this.compile(item)),
          e.operand.type,
          e.type,
        )
      case 'like': {
        const a = this.compile(e.operand)
        const b = this.compile(e.pattern)
        const match = this.out.constant(likeMatcher(e.escape))
        return guarded(this.out, e.type, either(a.err, a.nul, b.err, b.nul), `${match}(${a.val}, ${b.val})`)
      }
      case 'case':
        return this.caseWhen(e)
      case 'convert':
        return conversion(this.out, this.compile(e.operand), e.operand.type, e.type, e.convert)
      case 'call':
        return this.call(e)
      case 'lambda':
        return { val: this.lambda(e), nul: NEVER, err: NEVER }
      case 'lambda-param':
        return this.lambdaParams.get(e.id) ?? fail(`lambda parameter ${e.id} outside its lambda`)
      case 'subscript':
        return element(this.out, this.compile(e.base), this.compile(e.index), e.base.type, e.index)
      case 'field': {
        const base = this.compile(e.base)
        return part(this.out, `${base.val}[${e.index}]`, base.nul, base.err)
      }
      case 'array':
      case 'struct': {
        const items = (e.op === 'array' ? e.items : e.fields).map((item) => this.boxed(item))
        const err = either(...items.map((i) => i.err))
        return guarded(this.out, e.type, err, `[${items.map((i) => i.val).join(', ')}]`)
      }
      case 'map': {
        const entries = e.entries.map((entry) => [this.boxed(entry.key), this.boxed(entry.value)] as const)
        const text = entries.map(([k, v]) => `[${k.val}, ${v.val}]`).join(', ')
        const err = either(...entries.flatMap(([k, v]) => [k.err, v.err]))
        return guarded(this.out, e.type, err, `new Map([${text}])`)
      }
    }
  }

  /** The expression as one JavaScript value with null for NULL. */
  boxed(e: Typed): { val: string; err: string } {
    const f = this.compile(e)
    return { val: box(f, e.type), err: f.err }
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
}

function nullInArithmetic(): never {
  throw new Error('NULL in arithmetic')
}

function fail(message: string): never {
  throw new Error(`code generator: ${message}`)
}
