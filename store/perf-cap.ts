/** GPU-Z's PerfCap Reason is a sum of these bits; 4 is reliability voltage, 8 the voltage at its maximum. */
const WORDS: readonly (readonly [bit: number, word: string])[] = [
  [1, 'power limit'],
  [2, 'thermal'],
  [4, 'voltage'],
  [8, 'voltage'],
  [16, 'idle'],
  [32, 'SLI'],
]

/** Why the card is held back, in words; none for 0. Bits that no document names are told by their number. */
export function perfCapReasons(mask: number): string[] {
  const words = WORDS.filter(([bit]) => (mask & bit) !== 0).map(([, word]) => word)
  for (let bit = 64; bit <= mask; bit *= 2) if ((mask & bit) !== 0) words.push(`bit ${bit}`)
  return [...new Set(words)]
}
