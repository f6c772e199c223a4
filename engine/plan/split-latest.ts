import { MAX_LATEST } from '../compile/latest-lanes.ts'
import type { AggregateCall, AggregateNode, LayoutColumn, MapNode } from './nodes.ts'
import { mapOperands, operandsOf, type Typed } from './typed.ts'

/**
 * LATEST_BY_OFFSET(x, n)[-1] and [-2] need no array: where a projection takes nothing but such elements of a list of latest values, the
 * aggregation gives the elements as columns of their own. The result is the same.
 */
export function splitLatest(node: MapNode): MapNode {
  const { input } = node
  if (input.op !== 'aggregate' || input.windowPlan?.type === 'SESSION') return node
  const keys = input.groupBy.length
  const expressions = [...node.outputs, ...(node.where === null ? [] : [node.where])]
  const calls: AggregateCall[] = []
  const places = new Map<string, number>()
  for (const [i, call] of input.aggregates.entries()) {
    const elements = isShortList(call) ? elementsOf(expressions, keys + i) : null
    if (elements === null) {
      places.set(`${keys + i}`, keys + calls.length)
      calls.push(call)
      continue
    }
    for (const element of elements) {
      places.set(`${keys + i}[${element}]`, keys + calls.length)
      calls.push({ ...call, element })
    }
  }
  if (calls.every((call) => call.element === undefined)) return node
  const move = (e: Typed): Typed => {
    const element = elementOf(e)
    const split = element === null ? undefined : places.get(`${element.column}[${element.index}]`)
    if (split !== undefined) return { op: 'column', index: split, type: e.type }
    if (e.op === 'column' && e.index >= keys) return { ...e, index: places.get(`${e.index}`) ?? e.index }
    return operandsOf(e).length === 0 ? e : mapOperands(e, move)
  }
  const layout: LayoutColumn[] = [
    ...input.layout.slice(0, keys),
    ...calls.map((call, i): LayoutColumn => ({ name: `AGG_${i}`, type: resultType(call), role: 'value' })),
  ]
  const aggregate: AggregateNode = { ...input, aggregates: calls, layout }
  return {
    ...node,
    input: aggregate,
    outputs: node.outputs.map(move),
    where: node.where === null ? null : move(node.where),
  }
}

/** The type of what an aggregate gives: of the element, where only one is wanted. */
export function resultType(call: AggregateCall): LayoutColumn['type'] {
  const { returnType } = call.resolved
  return call.element !== undefined && returnType.base === 'ARRAY' ? returnType.element : returnType
}

function isShortList(call: AggregateCall): boolean {
  const size = call.constants[1]
  return (
    call.name === 'LATEST_BY_OFFSET' &&
    call.resolved.returnType.base === 'ARRAY' &&
    typeof size === 'number' &&
    size >= 1 &&
    size <= MAX_LATEST
  )
}

/** Which elements, counted from the end, the expressions take of a column; null when one uses it in another way. */
function elementsOf(expressions: readonly Typed[], column: number): Set<number> | null {
  const elements = new Set<number>()
  const onlyElements = (e: Typed): boolean => {
    const element = elementOf(e)
    if (element !== null && element.column === column) {
      elements.add(element.index)
      return true
    }
    return !(e.op === 'column' && e.index === column) && operandsOf(e).every(onlyElements)
  }
  return expressions.every(onlyElements) && elements.size > 0 ? elements : null
}

/** column[-k] with a literal k */
function elementOf(e: Typed): { column: number; index: number } | null {
  if (e.op !== 'subscript' || e.base.op !== 'column' || e.index.op !== 'const') return null
  const { value } = e.index
  return typeof value === 'number' && value < 0 ? { column: e.base.index, index: value } : null
}
