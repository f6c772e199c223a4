import { type KsqlEngine, splitStatements } from '../engine/index.ts'
import type { KsqlClient } from '../ksql-rest/client/client.ts'
import type { Definitions } from '../ksql-rest/client/definitions.ts'
import { KsqlRequestError } from '../ksql-rest/client/request-error.ts'
import { type DeclaredStatement, nameOf, placeOf } from './declared-statements.ts'
import { StatementError } from './statement-error.ts'
import type { StatementFile } from './statement-file.ts'
import { verdictOn } from './statement-verdict.ts'
import { isChange, type PlanPart, type PlanStep } from './submit-plan.ts'

export interface StatementContext {
  /** in which the statements have been executed */
  readonly engine: KsqlEngine
  /** with what the server has */
  readonly live: KsqlEngine
  /** what the server has */
  readonly definitions: Definitions
}

/** What each statement changes on a server: nothing, where it is there as the file says. */
export function planStatements(
  declared: readonly DeclaredStatement[],
  context: StatementContext,
  client: KsqlClient,
): PlanPart {
  const comparison = { ...context, declarations: declared.map(({ statement }) => statement) }
  const planned = declared.map((one) => ({
    ...one,
    step: { ...headOf(one), ...verdictOn(one.statement, comparison) },
  }))
  return {
    steps: planned.map(({ step }) => step),
    apply: async (onDone) => {
      for (const file of new Set(planned.map((one) => one.file))) {
        const changing = planned.filter((one) => one.file === file && isChange(one.step))
        if (changing.length === 0) continue
        await execute(client, file, new Set(changing.map(({ statement }) => statement.at.offset)))
        for (const { step } of changing) onDone(step)
      }
    },
  }
}

function headOf(declared: DeclaredStatement): Pick<PlanStep, 'kind' | 'name' | 'place'> {
  const { statement } = declared
  const head = { name: nameOf(statement), place: placeOf(declared) }
  if (statement.kind === 'create-type') return { kind: 'type', ...head }
  if (statement.kind === 'insert-select') return { kind: 'insert', ...head }
  return { kind: statement.source === 'STREAM' ? 'stream' : 'table', ...head }
}

/** One request a file: a server tries all statements of a request before it executes the first, and what a file SETs holds for the request. */
async function execute(client: KsqlClient, file: StatementFile, wanted: ReadonlySet<number>): Promise<void> {
  try {
    await client.execute(onlyStatements(file.text, wanted))
  } catch (error) {
    if (!(error instanceof KsqlRequestError)) throw error
    const { serverMessage: message, line, column, fix } = error
    const position = line === null || column === null ? undefined : { line, column }
    throw new StatementError(file, { message, position, fix })
  }
}

/** The text with every other CREATE and INSERT made blank, so that all that is left stands where it stood: a server's errors name places in the file. */
function onlyStatements(text: string, wanted: ReadonlySet<number>): string {
  let script = text
  for (const { text: statement, at, end } of splitStatements(text)) {
    if (wanted.has(at.offset) || !/^(CREATE|INSERT)\b/i.test(statement)) continue
    const blank = script.slice(at.offset, end.offset + 1).replaceAll(/[^\r\n]/g, ' ')
    script = script.slice(0, at.offset) + blank + script.slice(end.offset + 1)
  }
  return script
}
