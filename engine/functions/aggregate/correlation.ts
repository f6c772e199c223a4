import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction } from '../definition.ts'

interface State {
  count: number
  x: number
  y: number
  xx: number
  yy: number
  xy: number
}

function fold(state: State, x: SqlValue, y: SqlValue, direction: 1 | -1): State {
  if (x === null || y === null) return state
  const a = Number(x)
  const b = Number(y)
  state.count += direction
  state.x += direction * a
  state.y += direction * b
  state.xx += direction * (a * a)
  state.yy += direction * (b * b)
  state.xy += direction * (a * b)
  return state
}

/** Pearson's coefficient from sums. Fewer than two pairs, or a column that does not vary, give 0 / 0. */
const pearson: Accumulator<State> = {
  init: () => ({ count: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 }),
  add: (state, x: SqlValue, y: SqlValue) => fold(state, x, y, 1),
  undo: (state, x: SqlValue, y: SqlValue) => fold(state, x, y, -1),
  merge: (a, b) => ({
    count: a.count + b.count,
    x: a.x + b.x,
    y: a.y + b.y,
    xx: a.xx + b.xx,
    yy: a.yy + b.yy,
    xy: a.xy + b.xy,
  }),
  result: ({ count: n, x, y, xx, yy, xy }) => (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y)),
}

export const correlation: AggregateFunction = {
  name: 'CORRELATION',
  description:
    'The correlation coefficient of two columns; pairs with a NULL are left out. NaN where it is not defined.',
  variants: (['DOUBLE', 'INT', 'BIGINT'] as const).map((type) => ({
    parameters: [type, type],
    returns: 'DOUBLE',
    structState: true,
    bind: () => pearson,
  })),
}
