import type { Finding } from '../jobs/finding.ts'
import { tableLines } from './table.ts'

const MARKS: Readonly<Record<Finding['health'], string>> = { well: 'ok', note: 'note', wrong: 'WRONG' }

/** Prints what is found as it comes. @throws Error where something is wrong, so that the exit code says it */
export async function tellDoctor(
  job: (onFindings: (found: readonly Finding[]) => void) => Promise<void>,
): Promise<void> {
  let wrong = 0
  await job((found) => {
    wrong += found.filter(({ health }) => health === 'wrong').length
    process.stdout.write(findingsText(found))
  })
  if (wrong > 0) throw new Error(`${wrong === 1 ? 'one thing is' : `${wrong} things are`} wrong`)
}

/** A line a finding, what else there is to say below it, and how to mend it. */
export function findingsText(found: readonly Finding[]): string {
  const rows = found.map(({ health, what, text }) => [MARKS[health].padEnd(5), what, text.split('\n')[0]])
  return tableLines(rows)
    .flatMap((line, i) => {
      const { text, fix } = found[i]
      const more = text.split('\n').slice(1)
      return [line, ...more.map((said) => `         ${said}`), ...(fix === undefined ? [] : [`       → ${fix}`])]
    })
    .map((line) => `${line}\n`)
    .join('')
}
