/** ms, of the first row */
export const NOON = Date.UTC(2024, 5, 1, 12)

/** Rows from noon on, a second apart; one sensor is known, one is not. */
export function rows(temperatures: readonly number[], from = 0): string {
  return temperatures
    .map((t, i) => {
      const stamp = new Date(NOON + (from + i) * 1000).toISOString().slice(0, 19).replace('T', ' ')
      return `${stamp} , ${t.toFixed(1)} , 7 ,\r\n`
    })
    .join('')
}
