import type { StatementFile } from './statement-file.ts'

/** What is wrong with a statement, and where in its file; as the engine or a server says it. */
export interface StatementFault {
  readonly message: string
  readonly position?: { readonly line: number; readonly column: number } | undefined
  readonly fix?: string | undefined
  readonly cause?: unknown
}

/** A statement that is refused, told with its place: file, line and column, the line itself with a caret, and the fix. */
export class StatementError extends Error {
  override readonly name = 'StatementError'

  constructor(file: StatementFile, fault: StatementFault) {
    super(describe(file, fault), { cause: fault.cause })
  }
}

/** ksqlDB's own wording begins with the place, which stands in front already. */
const OWN_PLACE = /^line \d+:\d+: /

function describe(file: StatementFile, { message, position, fix }: StatementFault): string {
  const what = message.replace(OWN_PLACE, '')
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
