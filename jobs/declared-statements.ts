import type { KsqlEngine, Statement } from '../engine/index.ts'
import { StatementError } from './statement-error.ts'
import { placed, type StatementFile } from './statement-file.ts'

/** A statement that says what shall be there. */
export type Declaration = Extract<
  Statement,
  { kind: 'create-source' | 'create-as-select' | 'insert-select' | 'create-type' }
>

export interface DeclaredStatement {
  readonly file: StatementFile
  readonly statement: Declaration
}

const SETTINGS: readonly Statement['kind'][] = ['set', 'unset', 'define', 'undefine']
const DECLARATIONS: readonly Statement['kind'][] = ['create-source', 'create-as-select', 'insert-select', 'create-type']

/**
 * Executes files in an engine, one after the other, and gives what they declare. What a file SETs and DEFINEs ends with it, as with a request to a server.
 * @throws StatementError at the first statement that the engine refuses, and at one that declares nothing: to repeat it would do something again
 */
export function declareIn(engine: KsqlEngine, files: readonly StatementFile[]): DeclaredStatement[] {
  return files.flatMap((file) =>
    engine.scoped({ properties: new Map(), variables: new Map() }, () =>
      placed(file, () =>
        engine.parse(file.text).flatMap((statement) => {
          if (!isDeclaration(statement) && !SETTINGS.includes(statement.kind)) throw refusal(file, statement)
          engine.executeStatement(statement)
          return isDeclaration(statement) ? [{ file, statement }] : []
        }),
      ),
    ),
  )
}

/** The name that a declaration gives or, for INSERT INTO, writes into. */
export function nameOf(statement: Declaration): string {
  return statement.kind === 'insert-select' ? statement.target : statement.name
}

/** File, line and column. */
export function placeOf({ file, statement }: DeclaredStatement): string {
  return `${file.name}:${statement.at.line}:${statement.at.column}`
}

function isDeclaration(statement: Statement): statement is Declaration {
  return DECLARATIONS.includes(statement.kind)
}

function refusal(file: StatementFile, statement: Statement): StatementError {
  const words = statement.text.split(/\s+/, 2).join(' ').toUpperCase()
  return new StatementError(file, {
    message: `${words} declares nothing that can be there or not, so it cannot be submitted.`,
    position: statement.at,
    fix: 'Take it out of the file and run it by hand: a second run would do it again. CREATE, INSERT INTO … SELECT, SET and DEFINE can be submitted.',
  })
}
