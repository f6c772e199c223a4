import { type KsqlEngine, KsqlError, type Settings, type Statement } from '../../engine/index.ts'
import { type CommandStatus, type Entity, ERROR_CODE } from '../protocol.ts'
import { type CommandLog, commandIdOf } from './command-log.ts'
import { inspect, isInspection, type TopicEntity } from './inspect.ts'
import { messageWithFix, RestError } from './rest-error.ts'
import type { InsertValues } from './service.ts'

export interface StatementContext {
  readonly engine: KsqlEngine
  readonly commands: CommandLog
  /** told of each failure that the answer cannot carry */
  readonly onFault: (error: unknown) => void
  /** where rows of INSERT … VALUES go to, when that is not the engine */
  readonly insert?: (row: InsertValues) => void
  /** what SHOW TOPICS lists; default: the engine's */
  readonly topics?: readonly TopicEntity[]
}

/**
 * Runs the statements of one request. All of them are tried on a copy of the definitions before the first is executed, so that an error anywhere
 * leaves everything as it was. SET, DEFINE and the settings given hold for this request alone.
 * Throws KsqlError or RestError for a statement that is refused.
 */
export function runStatements(context: StatementContext, text: string, settings: Settings): Entity[] {
  const { engine } = context
  const statements = parseRequest(engine, text, settings)
  // one statement is done or not done as it is
  if (statements.length > 1) tryStatements(engine.sandbox(), statements, settings)
  return runParsed(context, statements, settings)
}

/** The statements of a request. Throws KsqlError for text that is none, RestError for queries. */
export function parseRequest(engine: KsqlEngine, text: string, settings: Settings): Statement[] {
  const statements = engine.scoped(settings, () => engine.parse(text))
  for (const statement of statements) refuseQuery(statement)
  return statements
}

/** Executes statements in a sandbox, to see whether they can be. Throws KsqlError. */
export function tryStatements(sandbox: KsqlEngine, statements: readonly Statement[], settings: Settings): void {
  sandbox.scoped(settings, () => {
    for (const statement of statements) tryOut(sandbox, statement)
  })
}

/** Runs statements without trying them before. Throws KsqlError or RestError; what came before the one that failed stays in effect. */
export function runParsed(context: StatementContext, statements: readonly Statement[], settings: Settings): Entity[] {
  return context.engine.scoped(settings, () => statements.flatMap((statement) => run(context, statement) ?? []))
}

function refuseQuery({ kind, text }: Statement): void {
  if (kind !== 'select' && kind !== 'print') return
  const message =
    "The following statement types should be issued to the websocket endpoint '/query':\n\t* PRINT\n\t* SELECT"
  throw new RestError(ERROR_CODE.queryEndpoint, message, `${text};`)
}

/** What is asserted may come true by then, and what records do to queries depends on those there are: that is for the execution to see. */
function tryOut(sandbox: KsqlEngine, statement: Statement): void {
  if (statement.kind === 'assert') return
  try {
    if (isInspection(statement)) inspect(sandbox, statement)
    else sandbox.executeStatement(statement)
  } catch (error) {
    if (!(error instanceof KsqlError) || error.kind !== 'runtime') throw error
  }
}

function run(context: StatementContext, statement: Statement): Entity | null {
  const { engine, commands, onFault } = context
  const statementText = `${statement.text};`
  if (isInspection(statement)) return inspect(engine, statement, context.topics)
  if (statement.kind === 'insert-values' && context.insert !== undefined) {
    context.insert(statement)
    return null
  }
  if (statement.kind === 'assert') return runAssert(engine, statement, statementText)
  const had = 'ifNotExists' in statement && exists(engine, statement)
  const commandId = commandIdOf(statement)
  try {
    const { message, queryId } = engine.executeStatement(statement)
    if (had && statement.ifNotExists) return { '@type': 'warning_entity', statementText, message, warnings: [] }
    if (commandId === null) return null
    return commands.record(commandId, statementText, { status: 'SUCCESS', message, queryId: queryId ?? null })
  } catch (error) {
    // the statement itself was fine: a record broke a query, this one or one that reads what was inserted
    if (!(error instanceof KsqlError) || error.kind !== 'runtime') throw error
    if (statement.kind === 'create-as-select' && !had) engine.execute(dropOf(statement))
    if (commandId !== null) return commands.record(commandId, statementText, failed(error))
    onFault(error)
    return null
  }
}

/** A query that does not start leaves no stream or table behind that nobody writes. */
function dropOf({ source, name }: Extract<Statement, { kind: 'create-as-select' }>): string {
  return `DROP ${source} IF EXISTS \`${name.replaceAll('`', '``')}\`;`
}

function failed(error: KsqlError): CommandStatus {
  return { status: 'ERROR', message: messageWithFix(error), queryId: null }
}

function exists(engine: KsqlEngine, statement: Extract<Statement, { ifNotExists: boolean }>): boolean {
  return statement.kind === 'create-type'
    ? engine.types().has(statement.name)
    : engine.sources().some(({ name }) => name === statement.name)
}

/** Answered at once: in one process nothing else happens while a statement waits, so TIMEOUT has nothing to wait for. */
function runAssert(
  engine: KsqlEngine,
  statement: Extract<Statement, { kind: 'assert' }>,
  statementText: string,
): Entity {
  try {
    engine.executeStatement(statement)
  } catch (error) {
    if (!(error instanceof KsqlError)) throw error
    throw new RestError(ERROR_CODE.assertionFailed, error.message.replace(/\.$/, ''))
  }
  const { exists, what, topic, subject, id } = statement
  const subjectFields = what === 'topic' ? { topicName: topic } : { subject, id }
  return { '@type': `assert_${what}`, statementText, ...subjectFields, exists, warnings: [] }
}
