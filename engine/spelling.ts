import { distance } from 'fastest-levenshtein'

/** The candidate at most two letters away from `word`, or null. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length < 3) return null
  let best: string | null = null
  let least = 3
  for (const candidate of candidates) {
    const away = slips(word, candidate)
    if (away < least && away < candidate.length / 2 + 1) {
      best = candidate
      least = away
    }
  }
  return best
}

/** Letters added, left out or taken for another; two neighbours in the wrong order are one slip. */
export function slips(word: string, candidate: string): number {
  return isTransposed(word, candidate) ? 1 : distance(word, candidate)
}

function isTransposed(word: string, candidate: string): boolean {
  if (word.length !== candidate.length) return false
  const first = [...word].findIndex((letter, i) => letter !== candidate[i])
  if (first < 0) return false
  const swapped = `${word.slice(0, first)}${word.charAt(first + 1)}${word.charAt(first)}${word.slice(first + 2)}`
  return swapped === candidate
}
