import fc from 'fast-check'

/**
 * Checks a property. FC_SEED repeats a run (fast-check prints the seed of a failure), FC_RUNS sets the number of cases.
 */
export function check<T>(property: fc.IProperty<T> | fc.IRawProperty<T>, runs: number): void {
  const { FC_SEED: seed, FC_RUNS: wanted } = process.env
  fc.assert(property, {
    numRuns: wanted === undefined ? runs : Number(wanted),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  })
}
