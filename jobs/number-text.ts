/** A count for a person: 1,182. */
export function whole(count: number): string {
  return count.toLocaleString('en-US')
}

/** A quantity for a person, to one decimal. */
export function decimal(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 })
}
