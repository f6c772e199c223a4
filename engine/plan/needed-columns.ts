import type { Source } from '../catalog/source.ts'
import type { JoinNode, PlanNode } from './nodes.ts'
import { dataColumns } from './scope.ts'
import { columnsOf, type Typed } from './typed.ts'

/** Names of the columns of `source` that a plan reads. */
export function neededColumns(node: PlanNode, source: Source, wanted?: ReadonlySet<number>): Set<string> {
  const used = (expressions: readonly Typed[]) => {
    const set = new Set<number>()
    for (const e of expressions) columnsOf(e, set)
    return set
  }
  switch (node.op) {
    case 'source': {
      const names = new Set<string>()
      if (node.source.topic !== source.topic) return names
      const columns = dataColumns(node.source)
      for (const [i, column] of columns.entries()) if (wanted === undefined || wanted.has(i)) names.add(column.name)
      if (node.source.timestamp !== null) names.add(node.source.timestamp.column)
      return names
    }
    case 'map': {
      const outputs = node.outputs.filter((_, k) => wanted === undefined || wanted.has(k))
      return neededColumns(
        node.input,
        source,
        used([...outputs, ...(node.where === null ? [] : [node.where]), ...node.tableCalls.flatMap((c) => c.args)]),
      )
    }
    case 'aggregate':
      return neededColumns(
        node.input,
        source,
        used([
          ...node.groupBy,
          ...(node.where === null ? [] : [node.where]),
          ...node.aggregates.flatMap((a) => a.args),
        ]),
      )
    default: {
      const count = node.left.layout.length
      const left = used(leftExpressions(node))
      const right = used(node.op === 'stream-stream-join' ? [node.rightKey] : [])
      if (node.kind === 'table') addKeys(node.left, left)
      if (node.right.kind === 'table') addKeys(node.right, right)
      for (const index of wanted ?? node.layout.keys()) {
        if (index < count) left.add(index)
        else if (index - count < node.right.layout.length) right.add(index - count)
      }
      return new Set([...neededColumns(node.left, source, left), ...neededColumns(node.right, source, right)])
    }
  }
}

function leftExpressions(node: JoinNode): readonly Typed[] {
  switch (node.op) {
    case 'stream-table-join':
    case 'stream-stream-join':
      return [node.leftKey]
    case 'foreign-key-join':
      return [node.foreignKey]
    case 'table-table-join':
      return []
  }
}

/** A table's rows are told apart by their keys. */
function addKeys(node: PlanNode, into: Set<number>): void {
  for (const [i, column] of node.layout.entries()) if (column.role === 'key') into.add(i)
}
