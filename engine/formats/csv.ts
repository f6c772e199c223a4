/**
 * One record of Apache Commons CSV's default format, which ksqlDB's DELIMITED uses: `"` quotes and is doubled inside quotes, no escape, no trimming.
 * https://commons.apache.org/proper/commons-csv/apidocs/org/apache/commons/csv/CSVFormat.html#DEFAULT
 */

/** The fields of a line; what follows an unquoted line end is left out. Throws on a quote that never closes or is followed by text. */
export function parseCsv(text: string, delimiter: string): string[] {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] === '"') {
      const [field, next] = quotedField(text, at)
      fields.push(field)
      at = skipBlanks(text, next, delimiter)
    } else {
      const start = at
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++
      fields.push(text.slice(start, at))
    }
    if (at >= text.length || text[at] === '\n' || text[at] === '\r') return fields
    if (text[at] !== delimiter)
      throw new Error(`invalid char between encapsulated token and delimiter at ${at}: ${text}`)
    at++
  }
}

function quotedField(text: string, start: number): [field: string, next: number] {
  let field = ''
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]
    if (char !== '"') field += char
    else if (text[at + 1] === '"') {
      field += '"'
      at++
    } else return [field, at + 1]
  }
  throw new Error(`EOF reached before encapsulated token finished: ${text}`)
}

function skipBlanks(text: string, start: number, delimiter: string): number {
  let at = start
  while ((text[at] === ' ' || text[at] === '\t') && text[at] !== delimiter) at++
  return at
}

/** A field as it is printed; null prints as nothing. The first field of a line is quoted also when empty or when it starts with no letter or digit. */
export function printCsv(field: string | null, delimiter: string, first: boolean): string {
  if (field === null) return ''
  return needsQuotes(field, delimiter, first) ? `"${field.replaceAll('"', '""')}"` : field
}

function needsQuotes(field: string, delimiter: string, first: boolean): boolean {
  if (field === '') return first
  const start = field[0] ?? ''
  if (start <= '#' || (first && !/^[0-9A-Za-z]/.test(field))) return true
  if (field.includes(delimiter) || /[\r\n"]/.test(field)) return true
  return (field.at(-1) ?? '') <= ' '
}
