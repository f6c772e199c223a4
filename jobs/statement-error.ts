import type { KsqlError } from '../engine/index.ts'
import type { StatementFile } from './statement-file.ts'

/** A statement that the engine refuses, told with its place: file, line and column, the line itself with a caret, and the fix. */
export class StatementError extends Error {
  override readonly name = 'StatementError'

  constructor(file: StatementFile, error: KsqlError) {
    super(describe(file, error), { cause: error.cause })
  }
}

/** ksqlDB's own wording begins with the place, which stands in front already. */
const OWN_PLACE = /^line \d+:\d+: /

function describe(file: StatementFile, error: KsqlError): string {
  const { position, fix } = error
  const what = error.message.replace(OWN_PLACE, '')
  const lines =
    position === undefined
      ? [`${file.name}: ${what}`]
      : [`${file.name}:${position.line}:${position.column}: ${what}`, ...excerpt(file.text, position)]
  if (fix !== undefined) lines.push(fix)
  return lines.join('\n')
}

function excerpt(text: string, { line, column }: { line: number; column: number }): string[] {
  const source = text.split(/\r?\n/)[line - 1]
  if (source === undefined) return []
  const gutter = `${String(line).padStart(5)} | `
  // Tabs stay tabs, so that the caret stands under its character.
  const indent = source.slice(0, column - 1).replace(/[^\t]/g, ' ')
  return [gutter + source, `${' '.repeat(gutter.length - 2)}| ${indent}^`]
}
