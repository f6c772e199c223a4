import { anyNode, type Typed } from '../plan/typed.ts'

/** Could the divisor be zero? A literal other than zero cannot. */
export function dividesByUnknown(operator: string, right: Typed): boolean {
  const known = right.op === 'const' && right.value !== null && Number(right.value) !== 0
  return (operator === '/' || operator === '%') && !known
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
