/** Rows of a query and the names of their columns. */
export interface Rows {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
}

/** RFC 4180: CRLF, quotes doubled; NULL is nothing, nested values are JSON. */
export function asCsv({ columns, rows }: Rows): string {
  const cell = (value: unknown) => {
    const text = value === null || value === undefined ? '' : cellText(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [columns.map(({ name }) => name), ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

/** One object a row. */
export function asJson({ columns, rows }: Rows): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null])))
  return `${JSON.stringify(objects, null, 1)}\n`
}

/** A value as it is shown in a table. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
