import { type PlanNode, projection } from '../plan/nodes.ts'
import type { Typed } from '../plan/typed.ts'
import type { Batch, Column } from '../runtime/batch.ts'
import type { ExpressionEnvironment } from './expression.ts'
import { compileMap } from './map.ts'
import type { ReportError } from './output.ts'

/** Compiles the expression that one side of a join is joined by: its value for every row of a batch. */
export function compileKey(
  input: PlanNode,
  key: Typed,
  environment: ExpressionEnvironment,
  report: ReportError,
): (batch: Batch) => Column {
  const node = projection(input, [{ name: 'JOIN', type: key.type, role: 'value' }], [key])
  const kernel = compileMap(node, true, environment, report)
  return (batch) => {
    const [column] = kernel(batch).columns
    if (column === undefined) throw new Error('a projection without columns')
    return column
  }
}
