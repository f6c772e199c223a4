/**
 * What is to be done about one thing that a file declares. `refused`: it is there in another form, and to change it is for a person to do.
 */
export type Action = 'create' | 'replace' | 'update' | 'unchanged' | 'refused'

export interface PlanStep {
  readonly kind: 'topic' | 'schema' | 'type' | 'stream' | 'table' | 'insert' | 'connector'
  readonly name: string
  /** the file, with line and column of a statement */
  readonly place: string
  readonly action: Action
  /** a line each: what differs, and for `refused` what a change would take */
  readonly details: readonly string[]
}

/** Steps that belong together, in the order in which they are to be made. */
export interface PlanPart {
  readonly steps: readonly PlanStep[]
  /** Makes what the steps say, telling of each that changed something. Throws at the first that fails; those before it stay. */
  readonly apply: (onDone: (step: PlanStep) => void) => Promise<void>
}

/** Whether a step changes something. */
export function isChange({ action }: PlanStep): boolean {
  return action === 'create' || action === 'replace' || action === 'update'
}
