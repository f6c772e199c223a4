import { comparator, equality } from '../types/compare.ts'
import { Decimal } from '../types/decimal.ts'
import { decimalArithmetic } from '../types/decimal-type.ts'
import type { SqlType } from '../types/sql-type.ts'
import { either, type Fragment, guarded, NEVER, paren } from './fragment.ts'
import type { SourceWriter } from './source.ts'

/** `divides`: the divisor could be zero. */
export function arithmetic(
  out: SourceWriter,
  operator: string,
  a: Fragment,
  b: Fragment,
  type: SqlType,
  divides: boolean,
): Fragment {
  if (type.base === 'STRING') {
    // Java's string concatenation: a NULL reads "null"
    const text = (f: Fragment) => (f.nul === NEVER ? f.val : `(${f.nul} ? "null" : ${f.val})`)
    return { val: `(${text(a)} + ${text(b)})`, nul: NEVER, err: either(a.err, b.err) }
  }
  const err = either(a.err, a.nul, b.err, b.nul)
  const plain = `${a.val} ${operator} ${b.val}`
  switch (type.base) {
    case 'DOUBLE':
      return { val: `(${plain})`, nul: NEVER, err }
    case 'INTEGER': {
      if (!divides) {
        const val = operator === '*' ? `Math.imul(${a.val}, ${b.val})` : `(${plain}) | 0`
        return { val: `(${val})`, nul: NEVER, err }
      }
      return guarded(out, type, err, `(${b.val} === 0 ? ${out.constant(divisionByZero)}() : (${plain}) | 0)`)
    }
    case 'BIGINT': {
      const val = `BigInt.asIntN(64, ${plain})`
      return divides ? guarded(out, type, err, val) : { val: `(${val})`, nul: NEVER, err }
    }
    case 'DECIMAL': {
      const f = out.constant(decimalArithmetic(operator as '+', type))
      return guarded(out, type, err, `${f}(${a.val}, ${b.val})`)
    }
    default:
      throw new Error(`code generator: arithmetic on ${type.base}`)
  }
}

export function negation(out: SourceWriter, a: Fragment, type: SqlType): Fragment {
  const err = either(a.err, a.nul)
  switch (type.base) {
    case 'INTEGER':
      return { val: `((-${paren(a.val)}) | 0)`, nul: NEVER, err }
    case 'BIGINT':
      return { val: `(BigInt.asIntN(64, -${paren(a.val)}))`, nul: NEVER, err }
    case 'DECIMAL':
      return guarded(out, type, err, `${out.constant(negatedDecimal)}(${a.val})`)
    default:
      return { val: `(-${paren(a.val)})`, nul: NEVER, err }
  }
}

/** The condition that two values that are there are equal. */
export function equal(out: SourceWriter, a: string, b: string, type: SqlType): string {
  switch (type.base) {
    case 'DECIMAL':
    case 'BYTES':
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return `${out.constant(equality(type))}(${a}, ${b})`
    default:
      return `${a} === ${b}`
  }
}

/** A comparison with NULL is false, as in ksqlDB. `type`: of both operands. */
export function comparison(out: SourceWriter, operator: string, a: Fragment, b: Fragment, type: SqlType): Fragment {
  const err = either(a.err, b.err)
  const absent = either(a.nul, b.nul, err)
  let test: string
  if (operator === '=' || operator === '<>') {
    const same = equal(out, a.val, b.val, type)
    test = operator === '=' ? same : `!(${same})`
  } else if (type.base === 'DECIMAL' || type.base === 'BYTES') {
    test = `${out.constant(comparator(type))}(${a.val}, ${b.val}) ${operator} 0`
  } else {
    test = `${a.val} ${operator} ${b.val}`
  }
  return { val: absent === NEVER ? `(${test})` : `(!${paren(absent)} && ${test})`, nul: NEVER, err }
}

/** IS [NOT] DISTINCT FROM: NULL is a value like others. */
export function distinct(out: SourceWriter, negated: boolean, a: Fragment, b: Fragment, type: SqlType): Fragment {
  const same = `(${a.nul} ? ${b.nul} : !${paren(b.nul)} && ${equal(out, a.val, b.val, type)})`
  return { val: negated ? same : `!${same}`, nul: NEVER, err: either(a.err, b.err) }
}

/** `operandType`: of the operand and the items. */
export function inList(
  out: SourceWriter,
  a: Fragment,
  items: readonly Fragment[],
  operandType: SqlType,
  type: SqlType,
): Fragment {
  const tests = items.map((b) => {
    const same = equal(out, a.val, b.val, operandType)
    return b.nul === NEVER ? same : `(!${paren(b.nul)} && ${same})`
  })
  const test = tests.join(' || ') || 'false'
  const val = a.nul === NEVER ? `(${test})` : `(!${paren(a.nul)} && (${test}))`
  return guarded(out, type, either(a.err, ...items.map((b) => b.err)), val)
}

function divisionByZero(): never {
  throw new Error('/ by zero')
}

function negatedDecimal(d: Decimal): Decimal {
  return new Decimal(-d.unscaled, d.scale)
}
