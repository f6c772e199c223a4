import type { ColumnRef, Expression } from '../syntax/ast.ts'

/** The expression with `replace` applied to every node from the outside in; where it gives null, the node's operands are visited. */
export function rewrite(e: Expression, replace: (node: Expression) => Expression | null): Expression {
  const replaced = replace(e)
  if (replaced !== null) return replaced
  const go = (x: Expression) => rewrite(x, replace)
  switch (e.kind) {
    case 'arithmetic':
    case 'comparison':
    case 'logical':
      return { ...e, left: go(e.left), right: go(e.right) }
    case 'negate':
    case 'not':
    case 'is-null':
    case 'cast':
      return { ...e, operand: go(e.operand) }
    case 'between':
      return { ...e, operand: go(e.operand), low: go(e.low), high: go(e.high) }
    case 'in':
      return { ...e, operand: go(e.operand), items: e.items.map(go) }
    case 'like':
      return { ...e, operand: go(e.operand), pattern: go(e.pattern) }
    case 'case':
      return {
        ...e,
        operand: e.operand === null ? null : go(e.operand),
        branches: e.branches.map((b) => ({ when: go(b.when), then: go(b.then) })),
        otherwise: e.otherwise === null ? null : go(e.otherwise),
      }
    case 'call':
      return { ...e, args: e.args.map(go) }
    case 'subscript':
      return { ...e, base: go(e.base), index: go(e.index) }
    case 'dereference':
      return { ...e, base: go(e.base) }
    case 'array':
      return { ...e, items: e.items.map(go) }
    case 'map':
      return { ...e, entries: e.entries.map((x) => ({ key: go(x.key), value: go(x.value) })) }
    case 'struct':
      return { ...e, fields: e.fields.map((f) => ({ name: f.name, value: go(f.value) })) }
    case 'lambda':
      return { ...e, body: go(e.body) }
    default:
      return e
  }
}

/** Calls `visit` on every node, outer ones first; `false` stops the descent below a node. */
export function walk(e: Expression, visit: (node: Expression) => boolean | undefined): void {
  rewrite(e, (node) => (visit(node) === false ? node : null))
}

export function columnRefs(e: Expression): ColumnRef[] {
  const refs: ColumnRef[] = []
  walk(e, (node) => {
    if (node.kind === 'column') refs.push(node)
    return undefined
  })
  return refs
}

/** The operands right below a node. */
export function directOperands(e: Expression): Expression[] {
  const operands: Expression[] = []
  rewrite(e, (node) => {
    if (node === e) return null
    operands.push(node)
    return node
  })
  return operands
}
