import { sessionUpdate } from './aggregate-session.ts'
import { windowUpdates } from './aggregate-window.ts'
import type { AggregateWriter } from './aggregate-writer.ts'
import { ExpressionCompiler } from './expression.ts'
import { compileCondition } from './output.ts'
import { columnsUsed, RowSource } from './row-source.ts'

export function streamLoop(writer: AggregateWriter): void {
  const { out, node } = writer
  const row = new RowSource(node.input.layout, 'B', 'c')
  const compiler = new ExpressionCompiler(out, row, writer.environment)
  const args = writer.lanes.calls.flatMap((c) => c.args)
  const all = [...(node.where === null ? [] : [node.where]), ...node.groupBy, ...args]
  out.emit('const n = B.count, T = B.tombstone, RT = B.rowtime, C = B.cause;')
  row.declare(out, columnsUsed(all))
  out.emit('for (let i = 0; i < n; i++) {')
  out.emit('if (T !== null && T[i] === 1) continue;')
  if (node.where !== null) {
    row.load(out, [node.where])
    out.emit(`if (!${compileCondition(out, compiler, node.where, 'WHERE')}) continue;`)
  }
  row.load(out, node.groupBy)
  const absent = writer.keyId(compiler)
  if (absent !== 'false') out.emit(`if (${absent}) continue;`)
  out.emit('const id = keyId;')
  row.load(out, args)
  const fragments = writer.argumentFragments(compiler)
  out.emit('const ts = RT[i], cause = C === null ? i : C[i];')
  out.emit('if (H !== null) rowHeaders = H[i];')
  const { windowPlan } = node
  if (windowPlan === null) {
    out.emit('const s = S.groupSlot(id);')
    writer.reloadIfGrown()
    writer.update(fragments)
  } else if (windowPlan.type === 'SESSION') {
    out.emit('if (ts > S.streamTime) S.streamTime = ts;')
    sessionUpdate(writer, windowPlan.size, windowPlan.grace, fragments)
    out.emit('close(S, O, P, cause);')
  } else {
    out.emit('if (ts > S.streamTime) S.streamTime = ts;')
    windowUpdates(writer, windowPlan, fragments)
    out.emit('close(S, O, P, cause);')
  }
  out.emit('}')
}
