import type { FunctionDescription } from './function-registry.ts'

const KINDS = [
  { type: 'SCALAR', title: 'Scalar functions', text: 'One value for every row.' },
  { type: 'AGGREGATE', title: 'Aggregate functions', text: 'One value for every group of rows, with GROUP BY.' },
  { type: 'TABLE', title: 'Table functions', text: 'Any number of rows for every row.' },
] as const

/** The reference page of functions, Markdown. */
export function functionReference(functions: readonly FunctionDescription[]): string {
  const sections = KINDS.map(({ type, title, text }) => {
    const ofKind = functions.filter((fn) => fn.type === type)
    const categories = [...new Set(ofKind.map((fn) => fn.category))].sort()
    const body = categories.map((category) => {
      const entries = ofKind.filter((fn) => fn.category === category).map(entry)
      return type === 'SCALAR' ? [`### ${category}`, ...entries].join('\n\n') : entries.join('\n\n')
    })
    return [`## ${title}`, text, ...body].join('\n\n')
  })
  const intro = `# Functions

Made from the function tables in engine/functions by tests/engine/functions/reference.test.ts; do not edit.

T, U, K, V … stand for any type, the same one wherever the letter occurs in a signature. \`...\` marks an argument that may repeat or be left out.
DECIMAL takes any precision and scale. Where no signature fits exactly, numbers widen INT → BIGINT → DECIMAL → DOUBLE and text is read as DATE, TIME or
TIMESTAMP; aggregates need an exact fit. A function that fails for a row answers NULL.`
  return `${[intro, ...sections].join('\n\n')}\n`
}

function entry(fn: FunctionDescription): string {
  const signatures = fn.signatures.map((signature) => {
    const args = signature.arguments.map((arg, i) => (i === signature.variadic ? `${arg}...` : arg))
    return `${fn.name}(${args.join(', ')}) → ${signature.returns}`
  })
  return `**${fn.name}**: ${fn.description}\n\n\`\`\`\n${signatures.join('\n')}\n\`\`\``
}
