import { nearest } from '../spelling.ts'

/**
 * Words that cannot be identifiers unless quoted: the keywords of https://docs.ksqldb.io/en/latest/reference/sql/appendix/,
 * without those that ksqlDB is seen to accept as names (types, singular time units, EMIT, KEY, SOURCE …).
 */
const RESERVED: ReadonlySet<string> = new Set(
  `ADVANCE ALL AND AS BEGINNING BETWEEN BY CASE CAST CONNECTOR CONNECTORS CREATE DAYS DEFINE DELETE DESCRIBE DISTINCT DROP
  ELSE END EXISTS EXTENDED FALSE FROM FULL GRACE GROUP HAVING HOPPING HOURS IN INNER INSERT INTO IS JOIN LEFT LIKE
  LIMIT LIST MILLISECOND MILLISECONDS MINUTES MONTHS NOT NULL ON OR OUTER PERIOD PRINT PROPERTIES QUERIES RETENTION RIGHT RUN
  SCRIPT SECONDS SELECT SIZE STREAM STREAMS TABLE TERMINATE THEN TOPIC TOPICS TRUE TUMBLING UNDEFINE UNSET VALUES VARIABLES WHEN
  WHERE WINDOW WITH WITHIN YEARS`.split(/\s+/),
)

export function isReserved(word: string): boolean {
  return RESERVED.has(word)
}

/** A name as it must be written to be read back: plain, or in backticks. */
export function formatIdentifier(name: string): string {
  return /^[A-Z_][A-Z0-9_]*$/.test(name) && !isReserved(name) ? name : `\`${name.replaceAll('`', '``')}\``
}

/** What to say of a name that is not known: the nearest of those that are, or all of them. */
export function hint(name: string, known: Iterable<string>, label: string): string {
  const names = [...known]
  const near = nearest(name, names)
  return near === null ? `${label}: ${names.join(', ') || 'none'}.` : `Did you mean ${near}?`
}
