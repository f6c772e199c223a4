import { semanticError } from '../errors.ts'
import type { Arithmetic } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { commonType } from '../types/coercion.ts'
import { arithmeticType, asDecimalType } from '../types/decimal-type.ts'
import { isNumeric, STRING } from '../types/sql-type.ts'
import { defaultNull, isNullLiteral, must } from './coerce.ts'
import type { Typed } from './typed.ts'

/** + - * / % of numbers, and + of texts. Throws KsqlError 'semantic' for other types. */
export function typeArithmetic(e: Arithmetic, left: Typed, right: Typed): Typed {
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

function typeWord(e: Typed): string {
  return isNullLiteral(e) ? 'null' : e.type.base
}
