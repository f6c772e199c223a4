import type { SourceRelation } from '../syntax/ast.ts'
import { allColumns, type SourceNode } from './nodes.ts'
import type { PlanEnvironment, RelationPlan } from './query.ts'
import { dataColumns, RelationScope } from './scope.ts'

/** FROM one source: its rows under its name or alias, by its key. */
export function planSource(
  from: SourceRelation,
  environment: PlanEnvironment,
): RelationPlan & { readonly node: SourceNode } {
  const source = environment.source(from.name, from.at)
  const alias = from.alias ?? from.name
  const scope = new RelationScope([{ alias, source, offset: 0 }])
  const layout = dataColumns(source)
  const typed = allColumns(layout)
  const keys = layout.flatMap(({ name, role }, i) => {
    const column = typed[i]
    if (role !== 'key' || column === undefined) return []
    return [{ canonical: [scope.canonical({ kind: 'column', source: alias, name, at: from.at })], name, typed: column }]
  })
  const kind = source.kind === 'TABLE' ? 'table' : 'stream'
  return { node: { op: 'source', source, kind, layout, window: source.window }, scope, keys, foreignKeyOf: null }
}
