import type { Statement } from '../../engine/index.ts'
import type { CommandStatus, CurrentStatus } from '../protocol.ts'

/** What a command log has, to be put into another. */
export interface SavedCommands {
  readonly statuses: ReadonlyMap<string, CommandStatus>
  readonly sequence: number
}

/** The statements that changed something, by command id, with what became of the last of each. */
export class CommandLog {
  readonly #statuses: Map<string, CommandStatus>
  #sequence: number

  constructor({ statuses, sequence }: SavedCommands = { statuses: new Map(), sequence: 0 }) {
    this.#statuses = new Map(statuses)
    this.#sequence = sequence
  }

  save(): SavedCommands {
    return { statuses: new Map(this.#statuses), sequence: this.#sequence }
  }

  /** The entity that tells of a command, which GET /status knows from then on. */
  record(commandId: string, statementText: string, commandStatus: CommandStatus): CurrentStatus {
    this.#statuses.set(commandId, commandStatus)
    const commandSequenceNumber = this.#sequence++
    return { '@type': 'currentStatus', statementText, commandId, commandStatus, commandSequenceNumber, warnings: [] }
  }

  find(commandId: string): CommandStatus | undefined {
    return this.#statuses.get(commandId)
  }

  all(): Record<string, CommandStatus['status']> {
    return Object.fromEntries([...this.#statuses].map(([id, { status }]) => [id, status]))
  }
}

/** type/entity/action of a statement; null for statements that are no commands. */
export function commandIdOf(statement: Statement): string | null {
  switch (statement.kind) {
    case 'create-source':
    case 'create-as-select':
      return `${statement.source.toLowerCase()}/\`${statement.name}\`/create`
    case 'insert-select':
      return `stream/\`${statement.target}\`/create`
    case 'alter-source':
      return `${statement.source.toLowerCase()}/\`${statement.name}\`/alter`
    case 'drop-source':
      return `${statement.source.toLowerCase()}/${statement.name}/drop`
    case 'create-type':
      return `type/${statement.name}/create`
    case 'drop-type':
      return `type/${statement.name}/drop`
    case 'terminate':
      return `terminate/${statement.query ?? 'ALL'}/execute`
    default:
      return null
  }
}
