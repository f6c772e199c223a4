import type { Settings } from './handles.ts'
import type { Topic } from './runtime/topic.ts'
import { TRANSIENT } from './statements/push-query.ts'
import type { Statement } from './syntax/ast.ts'
import { formatIdentifier } from './syntax/index.ts'

/** A statement to be repeated in another engine. */
export interface ExecutedStatement {
  readonly text: string
  /** the session's count of queries before it: the id of a query is made with it */
  readonly queryCount: number
  /** all that held when it was executed in a scope of its own */
  readonly settings?: Settings
}

/** What makes an engine, but for its records. */
export interface Definitions {
  readonly statements: readonly ExecutedStatement[]
  readonly queryCount: number
  readonly topics: readonly Pick<Topic, 'name' | 'partitions' | 'replicas'>[]
}

/** Inserted records are in the topics, or in the states of those that read them; what was asserted need not hold any more. */
const NOT_REPEATED: readonly Statement['kind'][] = ['insert-values', 'assert']
/** What these change in a scope ends with it; the statements that they hold for remember it. */
const SETTING: readonly Statement['kind'][] = ['set', 'unset', 'define', 'undefine']

/** The statements that an engine has executed, as far as they are to be repeated. */
export class History {
  readonly statements: ExecutedStatement[] = []

  /**
   * @param scope the settings that hold, where they end with a scope; null: they are the session's own
   * @param at its place: queries that it stopped itself stand behind it
   */
  add(statement: Statement, queryCount: number, scope: Settings | null, at: number): void {
    const { kind, text } = statement
    if (NOT_REPEATED.includes(kind) || endsPushQuery(statement)) return
    if (scope === null) this.statements.splice(at, 0, { text, queryCount })
    else if (!SETTING.includes(kind)) this.statements.splice(at, 0, { text, queryCount, settings: scope })
  }

  /** A record has stopped a query: it does not run in another engine either. */
  stopped(query: string, queryCount: number): void {
    this.statements.push({ text: `TERMINATE ${formatIdentifier(query)}`, queryCount })
  }
}

/** Push queries are in no other engine. */
function endsPushQuery(statement: Statement): boolean {
  return statement.kind === 'terminate' && statement.query?.startsWith(TRANSIENT) === true
}
