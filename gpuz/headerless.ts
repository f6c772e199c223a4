import type { LogHeader, Separator } from './header.ts'
import { matchColumns } from './header-names.ts'
import { parseStamp } from './stamp-text.ts'

/**
 * Columns for a log without a header (FORMAT.md, hazard 8), told from its first row, or null if that is no row.
 *
 * Their names are lost, so each is called `column_` and its place among the values from 1, and its readings go to `other`. They are not guessed: GPU-Z
 * pads values to the width of their header, but over the known names widths and order leave GPU and CPU temperature, or the loads, alike.
 * Who knows the names writes them as the first line.
 */
export function headerFromRow(text: string): LogHeader | null {
  const separator = /[,;\t]/u.exec(text)?.[0] as Separator | undefined
  if (separator === undefined) return null
  const fields = text.split(separator)
  const stamp = parseStamp(fields[0].replace(/[\uFEFF"]/gu, '').trim(), null)
  if (stamp === null) return null
  const trailing = fields.length > 2 && fields.at(-1)?.trim() === ''
  const values = fields.slice(1, trailing ? -1 : undefined)
  return { text: null, separator, trailing, columns: matchColumns(values.map((_, i) => `column_${i + 1}`)) }
}
