import { KsqlError, parseStatement } from '../../engine/index.ts'

/** The text of a statement for errors: values to be inserted do not come back, as with ksqlDB. */
export function maskedStatement(text: string): string {
  if (!/^\s*INSERT\s+INTO\b[^;]*\bVALUES\b/i.test(text)) return text
  try {
    const statement = parseStatement(text)
    if (statement.kind !== 'insert-values') return text
    const columns =
      statement.columns.length === 0 ? '' : `(${statement.columns.map((name) => `\`${name}\``).join(', ')}) `
    return `INSERT INTO \`${statement.target}\` ${columns}VALUES (${statement.values.map(() => "'[value]'").join(', ')});`
  } catch (error) {
    // text that cannot be parsed, such as one with variables, has no values to be told from the rest
    if (error instanceof KsqlError) return 'INSERT INTO … VALUES …;'
    throw error
  }
}
