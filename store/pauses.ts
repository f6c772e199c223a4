/** Points by column: times rising, and beside each time the values of every column. */
export interface Points {
  readonly t: number[]
  readonly columns: readonly (number | null)[][]
}

/**
 * A point without values where two neighbours are further apart than `pause`, `step` after the first of them: lines break there.
 * @param pause ms, more than `step`
 */
export function withPauses(points: Points, pause: number, step: number): Points {
  const { t, columns } = points
  const before = t.flatMap((time, index) => (index > 0 && time - t[index - 1] > pause ? [index] : []))
  if (before.length === 0) return points
  const spread = <T>(list: readonly T[], inserted: (at: number) => T): T[] => {
    const parts = before.flatMap((at, k) => [...list.slice(before[k - 1] ?? 0, at), inserted(at)])
    return [...parts, ...list.slice(before.at(-1))]
  }
  return {
    t: spread(t, (at) => t[at - 1] + step),
    columns: columns.map((column) => spread<number | null>(column, () => null)),
  }
}
