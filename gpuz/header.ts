import { headerKey, type LogColumn, matchColumns } from './header-names.ts'

/** What stands between two fields. GPU-Z writes commas; the others come from spreadsheets. `blanks`: any run of spaces and tabs. */
export type Separator = ',' | ';' | '\t' | 'blanks'

/** The columns of the rows that follow. */
export interface LogHeader {
  /** Text as decoded, or null where the log has no header and the columns were told from the first row. */
  readonly text: string | null
  readonly separator: Separator
  /** Whether lines end in a separator, as GPU-Z writes them. */
  readonly trailing: boolean
  /** Without the date, which is the first field. */
  readonly columns: readonly LogColumn[]
}

const startsWithDate = /^[\s"\uFEFF]*date["\s]*(?:[,;\t]|\s\S)/iu

/** A header, or null if the text is none: its first name must be Date. */
export function parseHeader(text: string): LogHeader | null {
  if (!startsWithDate.test(text)) return null
  const found = /[,;\t]/u.exec(text)?.[0]
  const separator: Separator = found === ',' || found === ';' || found === '\t' ? found : 'blanks'
  const names = separator === 'blanks' ? namesByUnit(text) : text.split(separator)
  const trailing = separator !== 'blanks' && names.at(-1)?.trim() === ''
  const columns = matchColumns(names.slice(1, trailing ? -1 : undefined))
  return columns.length === 0 ? null : { text, separator, trailing, columns }
}

/** Whether rows keep their meaning under another header: names compare by key, since re-saving changes the degree sign half-way (hazard 3). */
export function sameColumns(a: LogHeader, b: LogHeader): boolean {
  return (
    a.separator === b.separator &&
    a.trailing === b.trailing &&
    a.columns.length === b.columns.length &&
    a.columns.every((column, i) => headerKey(column.header) === headerKey(b.columns[i].header))
  )
}

// Names hold blanks themselves, so only the bracket of the unit tells where one ends.
function namesByUnit(text: string): string[] {
  return [
    'Date',
    ...(text
      .trim()
      .slice('Date'.length)
      .match(/\S[^\]]*\]/gu) ?? []),
  ]
}
