import type { AggregateWriter } from './aggregate-writer.ts'
import { ExpressionCompiler } from './expression.ts'
import { columnsUsed, RowSource } from './row-source.ts'

/** Old rows are taken out of their group, new ones added; within one group that is one change. */
export function tableLoop(writer: AggregateWriter): void {
  const { out, node } = writer
  const args = writer.lanes.calls.flatMap((c) => c.args)
  const used = columnsUsed([...node.groupBy, ...args])
  out.emit('const n = B.count, T = B.tombstone, PT = PB.tombstone, RT = B.rowtime, C = B.cause;')
  // what a row source has loaded holds for one block only, so each block has its own
  const rowOf = (side: 'new' | 'old') =>
    side === 'new' ? new RowSource(node.input.layout, 'B', 'c') : new RowSource(node.input.layout, 'PB', 'q')
  const sides = [
    { side: 'new', dead: 'T' },
    { side: 'old', dead: 'PT' },
  ] as const
  for (const { side } of sides) rowOf(side).declare(out, used)
  out.emit('for (let i = 0; i < n; i++) {')
  out.emit('const cause = C === null ? i : C[i]; let oldId = -1, newId = -1;')
  out.emit('if (H !== null) rowHeaders = H[i];')
  for (const { side, dead } of sides) {
    out.emit(`if (${dead} === null || ${dead}[i] === 0) {`)
    const row = rowOf(side)
    row.load(out, node.groupBy)
    writer.keyId(new ExpressionCompiler(out, row, writer.environment))
    out.emit(`${side}Id = keyId; }`)
  }
  const apply = (side: 'new' | 'old') => {
    const row = rowOf(side)
    out.emit('{')
    row.load(out, args)
    const fragments = writer.argumentFragments(new ExpressionCompiler(out, row, writer.environment))
    if (side === 'new') writer.add(fragments)
    else writer.undo(fragments)
    out.emit('}')
  }
  const begin = (id: string) => {
    out.emit(`const id = ${id}, ts = RT[i], s = S.groupSlot(id);`)
    writer.reloadIfGrown()
    if (writer.options.previous) {
      out.emit(
        'if (S.slotTime[s] === -Infinity) emitTombstone(P, S, id, ts, 0, 0, cause); else emit(P, S, s, S.slotTime[s], cause);',
      )
    }
  }
  const end = () => out.emit('if (ts > S.slotTime[s]) S.slotTime[s] = ts; emit(O, S, s, S.slotTime[s], cause);')
  out.emit('if (oldId >= 0 && oldId === newId) {')
  begin('newId')
  apply('old')
  apply('new')
  end()
  out.emit('} else {')
  out.emit('if (oldId >= 0) {')
  begin('oldId')
  apply('old')
  end()
  out.emit('}')
  out.emit('if (newId >= 0) {')
  begin('newId')
  apply('new')
  end()
  out.emit('} } }')
}
