import { type Position, semanticError } from '../errors.ts'

const UNITS: Record<string, number> = { MILLISECOND: 1, SECOND: 1000, MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 }

/** `30 SECONDS` in ms. */
export function parseDuration(text: string, at?: Position): number {
  const match = /^\s*(\d+)\s+([a-z]+?)s?\s*$/i.exec(text)
  const unit = UNITS[match?.[2]?.toUpperCase() ?? '']
  if (match === null || unit === undefined) {
    throw semanticError(
      `Invalid duration: '${text}'. Example value: '10 SECONDS'`,
      at,
      `Units: ${Object.keys(UNITS).join('S, ')}S.`,
    )
  }
  return Number(match[1]) * unit
}
