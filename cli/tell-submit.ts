import type { SubmitListener } from '../jobs/submit.ts'
import { type Action, isChange, type PlanStep } from '../jobs/submit-plan.ts'
import { tableLines } from './table.ts'

const DONE: Readonly<Record<Action, string>> = {
  create: 'created',
  replace: 'replaced',
  update: 'updated',
  unchanged: 'unchanged',
  refused: 'refused',
}

/** Submits and tells a person of it: the plan, each change as it is made, what came of it. */
export async function tellSubmit(job: (listener: SubmitListener) => Promise<void>, dryRun: boolean): Promise<void> {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`)
  let steps: readonly PlanStep[] = []
  await job({
    onPlan: (plan) => {
      steps = plan
      process.stdout.write(planText(plan))
    },
    onDone: (step) => say(`${DONE[step.action]} ${step.kind} ${step.name}`),
    onNotice: say,
  })
  if (dryRun) process.stdout.write('nothing was changed: --dry-run\n')
  else process.stdout.write(`${doneText(steps)}; all queries and tasks run\n`)
}

/** What is to be done, a line each, with why below it; what stays as it is is only counted. */
export function planText(steps: readonly PlanStep[]): string {
  const shown = steps.filter((step) => step.action !== 'unchanged' || step.details.length > 0)
  const lines = tableLines(shown.map(({ action, kind, name, place }) => [action, kind, name, place]))
  const withDetails = shown.flatMap(({ details }, i) => [lines[i], ...details.map((detail) => `      ${detail}`)])
  const unchanged = steps.filter(({ action }) => action === 'unchanged').length
  return [...withDetails, `  ${unchanged} unchanged`, ''].join('\n')
}

function doneText(steps: readonly PlanStep[]): string {
  const made = steps.filter(isChange)
  return [
    ...(['create', 'replace', 'update'] as const).flatMap((action) => {
      const count = made.filter((step) => step.action === action).length
      return count === 0 ? [] : [`${count} ${DONE[action]}`]
    }),
    `${steps.length - made.length} unchanged`,
  ].join(', ')
}
