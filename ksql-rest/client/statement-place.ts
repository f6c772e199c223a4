import { KsqlError, type Position, type StatementSource, splitStatements } from '../../engine/index.ts'

/** Statements that a server answers with no entity. */
const SILENT = /^(SET|UNSET|DEFINE|UNDEFINE)\b|^INSERT\s+INTO\b[^;]*?\bVALUES\s*\(/i

/**
 * Where the statement begins that a server names in an error. Servers print statements anew, so it is found by its text, else by what it makes
 * (CREATE STREAM X); null where that fits none or several.
 */
export function placeOf(script: string, statementText: string): Position | null {
  const statements = split(script)
  for (const part of [canonical, headOf]) {
    const wanted = part(statementText)
    const found = statements.filter(({ text }) => part(text) === wanted)
    if (found.length === 1) return found[0].at
  }
  return null
}

/** The statements that are answered with an entity each, in the order of these: an answer knows its statement by that alone. */
export function answeredStatements(script: string): StatementSource[] {
  return split(script).filter(({ text }) => !SILENT.test(text))
}

function split(script: string): StatementSource[] {
  try {
    return splitStatements(script)
  } catch (error) {
    // a quote that does not end: then the server's message has the place
    if (error instanceof KsqlError) return []
    throw error
  }
}

function canonical(text: string): string {
  return text.replace(/;\s*$/, '').replaceAll(/[`"]/g, '').replaceAll(/\s+/g, ' ').trim().toUpperCase()
}

function headOf(text: string): string {
  return canonical(text).split(/\s*\(| WITH\b| AS\b| VALUES\b/)[0]
}
