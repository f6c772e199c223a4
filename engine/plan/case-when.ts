import { semanticError } from '../errors.ts'
import type { Case, Expression } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { canCoerce, commonType } from '../types/coercion.ts'
import { formatType, isNumeric, type SqlType, sameType } from '../types/sql-type.ts'
import { isNullLiteral, must } from './coerce.ts'
import type { Typed } from './typed.ts'

/** CASE in both forms: conditions are BOOLEAN, results share a type. */
export function typeCase(e: Case, visit: (e: Expression) => Typed): Typed {
  const branches = e.branches.map((b) => {
    const when: Expression =
      e.operand === null ? b.when : { kind: 'comparison', op: '=', left: e.operand, right: b.when, at: b.when.at }
    const condition = visit(when)
    if (condition.type.base !== 'BOOLEAN') {
      throw semanticError(
        `WHEN operand type should be boolean.\nType for '${formatExpression(when)}' is ${formatType(condition.type)}`,
        b.when.at,
        'Compare it with something.',
      )
    }
    return { when: condition, then: visit(b.then) }
  })
  const otherwise = e.otherwise === null ? null : visit(e.otherwise)
  const type = resultType(
    e,
    branches.map((b) => b.then),
    otherwise,
  )
  return {
    op: 'case',
    branches: branches.map((b) => ({ when: b.when, then: must(b.then, type) })),
    otherwise: otherwise === null ? null : must(otherwise, type),
    type,
  }
}

function resultType(e: Case, thens: readonly Typed[], otherwise: Typed | null): SqlType {
  let type: SqlType | null = null
  for (const [i, then] of [...thens, ...(otherwise === null ? [] : [otherwise])].entries()) {
    if (isNullLiteral(then)) continue
    const common: SqlType | null = type === null ? then.type : commonCase(type, then.type)
    if (common === null && type !== null) throw differentTypes(e, i, then.type, type)
    type = common
  }
  if (type === null) {
    throw semanticError(
      'Invalid Case expression. All case branches have NULL type',
      e.at,
      'CAST(NULL AS …) gives the type.',
    )
  }
  return type
}

/** Refuses the i-th result, the one of ELSE where no branch has that number. */
function differentTypes(e: Case, i: number, type: SqlType, before: SqlType) {
  const branch = e.branches[i]
  const message =
    branch === undefined
      ? `Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.\nTHEN type: ${formatType(before)}.\nDEFAULT type: ${formatType(type)}.`
      : `Invalid Case expression. Type for all 'THEN' clauses should be the same.\nTHEN expression 'WHEN ${formatExpression(branch.when)} THEN ${formatExpression(branch.then)}' has type: ${formatType(type)}.\nPrevious THEN expression(s) type: ${formatType(before)}.`
  return semanticError(message, branch?.then.at ?? e.otherwise?.at ?? e.at, 'CAST the results to one type.')
}

function commonCase(a: SqlType, b: SqlType): SqlType | null {
  if (sameType(a, b)) return a
  if (isNumeric(a) && isNumeric(b)) return commonType(a, b)
  return canCoerce(b, a) ? a : canCoerce(a, b) ? b : null
}
