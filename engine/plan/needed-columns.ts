import type { Source } from '../catalog/source.ts'
import type { PlanNode } from './nodes.ts'
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
    case 'stream-table-join': {
      const count = node.left.layout.length
      const left = new Set<number>(used([node.leftKey]))
      const right = new Set<number>(node.right.layout.flatMap((c, i) => (c.role === 'key' ? [i] : [])))
      for (const index of wanted ?? node.layout.keys())
        (index < count ? left : right).add(index < count ? index : index - count)
      return new Set([...neededColumns(node.left, source, left), ...neededColumns(node.right, source, right)])
    }
  }
}
