/** Time in which a value stays the same, from `from` until before `to`, ms. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly mask: number
}

/** Stands for several values that were merged. */
export const MIXED = -1

/**
 * At most `most` stretches: the shortest are merged with a neighbour and become mixed; across a pause only where that is not enough.
 * @param stretches in order, not overlapping
 */
export function shortened(stretches: readonly Stretch[], most: number): readonly Stretch[] {
  for (const acrossPauses of [false, true]) {
    let count = Number.POSITIVE_INFINITY
    while (stretches.length > most && stretches.length < count) {
      count = stretches.length
      stretches = merged(stretches, count - most, acrossPauses)
    }
  }
  return stretches
}

/** One pass: each of the `excess` shortest is merged with the stretch before it, or with the one after where that is not possible. */
function merged(stretches: readonly Stretch[], excess: number, acrossPauses: boolean): Stretch[] {
  const short = stretches.map(length).sort((a, b) => a - b)[excess - 1]
  const result: Stretch[] = []
  for (const stretch of stretches) {
    const before = result.at(-1)
    const near = before !== undefined && (acrossPauses || before.to === stretch.from)
    if (near && Math.min(length(before), length(stretch)) <= short)
      result[result.length - 1] = {
        from: before.from,
        to: stretch.to,
        mask: before.mask === stretch.mask ? before.mask : MIXED,
      }
    else result.push(stretch)
  }
  return result
}

function length({ from, to }: Stretch): number {
  return to - from
}
