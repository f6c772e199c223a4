import { datePattern } from '../../types/date-pattern.ts'
import { formatDate, formatTime, formatTimestamp, parseDate, parseTime, parseTimestamp } from '../../types/datetime.ts'
import type { ScalarFunction, ScalarVariant } from '../definition.ts'
import { typed } from './typed.ts'

export const DATE_TIME = 'DATE / TIME'

/** The date a text begins with, in days; a time of day that the pattern also asks for is read and dropped, as LocalDate.parse does. */
function stringToDate(text: string, pattern: string): number {
  const { days } = datePattern(pattern).parse(text)
  if (days === null) throw new Error(`STRINGTODATE: the format '${pattern}' gives no date`)
  return days
}

function variant(
  parameters: readonly string[],
  returns: string,
  implementation: ReturnType<typeof typed>,
): ScalarVariant {
  return { parameters, returns, nulls: 'propagate', bind: () => implementation }
}

/**
 * Patterns are those of java.time.format.DateTimeFormatter. Where a zone may be given and is not, it is UTC: a server's default zone would make
 * results depend on the machine.
 */
export const dateTextFunctions: readonly ScalarFunction[] = [
  {
    name: 'FORMAT_DATE',
    description: 'Writes a DATE by a pattern.',
    category: DATE_TIME,
    variants: [variant(['DATE', 'VARCHAR'], 'VARCHAR', typed(formatDate))],
  },
  {
    name: 'FORMAT_TIME',
    description: 'Writes a TIME by a pattern.',
    category: DATE_TIME,
    variants: [variant(['TIME', 'VARCHAR'], 'VARCHAR', typed(formatTime))],
  },
  {
    name: 'FORMAT_TIMESTAMP',
    description: 'Writes a TIMESTAMP by a pattern, in UTC or the zone given.',
    category: DATE_TIME,
    variants: [
      variant(['TIMESTAMP', 'VARCHAR'], 'VARCHAR', typed(formatTimestamp)),
      variant(['TIMESTAMP', 'VARCHAR', 'VARCHAR'], 'VARCHAR', typed(formatTimestamp)),
    ],
  },
  {
    name: 'PARSE_DATE',
    description: 'Reads a DATE by a pattern without a time of day.',
    category: DATE_TIME,
    variants: [variant(['VARCHAR', 'VARCHAR'], 'DATE', typed(parseDate))],
  },
  {
    name: 'PARSE_TIME',
    description: 'Reads a TIME by a pattern without a date.',
    category: DATE_TIME,
    variants: [variant(['VARCHAR', 'VARCHAR'], 'TIME', typed(parseTime))],
  },
  {
    name: 'PARSE_TIMESTAMP',
    description: 'Reads a TIMESTAMP by a pattern; a text without zone is in UTC or the zone given.',
    category: DATE_TIME,
    variants: [
      variant(['VARCHAR', 'VARCHAR'], 'TIMESTAMP', typed(parseTimestamp)),
      variant(['VARCHAR', 'VARCHAR', 'VARCHAR'], 'TIMESTAMP', typed(parseTimestamp)),
    ],
  },
  {
    name: 'DATETOSTRING',
    description: 'Writes a number of days since 1970-01-01 by a pattern. FORMAT_DATE takes its place.',
    category: DATE_TIME,
    variants: [variant(['INT', 'VARCHAR'], 'VARCHAR', typed(formatDate))],
  },
  {
    name: 'STRINGTODATE',
    description: 'Reads a date by a pattern as days since 1970-01-01. PARSE_DATE takes its place.',
    category: DATE_TIME,
    variants: [variant(['VARCHAR', 'VARCHAR'], 'INT', typed(stringToDate))],
  },
  {
    name: 'TIMESTAMPTOSTRING',
    description: 'Writes ms since 1970 by a pattern, in UTC or the zone given. FORMAT_TIMESTAMP takes its place.',
    category: DATE_TIME,
    variants: [
      variant(
        ['BIGINT', 'VARCHAR'],
        'VARCHAR',
        typed((ms: bigint, pattern: string) => formatTimestamp(Number(ms), pattern)),
      ),
      variant(
        ['BIGINT', 'VARCHAR', 'VARCHAR'],
        'VARCHAR',
        typed((ms: bigint, pattern: string, zone: string) => formatTimestamp(Number(ms), pattern, zone)),
      ),
    ],
  },
  {
    name: 'STRINGTOTIMESTAMP',
    description:
      'Reads a timestamp by a pattern as ms since 1970, in UTC or the zone given. PARSE_TIMESTAMP takes its place.',
    category: DATE_TIME,
    variants: [
      variant(
        ['VARCHAR', 'VARCHAR'],
        'BIGINT',
        typed((text: string, pattern: string) => BigInt(parseTimestamp(text, pattern))),
      ),
      variant(
        ['VARCHAR', 'VARCHAR', 'VARCHAR'],
        'BIGINT',
        typed((text: string, pattern: string, zone: string) => BigInt(parseTimestamp(text, pattern, zone))),
      ),
    ],
  },
]
