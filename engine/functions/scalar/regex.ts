import { KsqlError } from '../../errors.ts'
import type { SqlValue } from '../../types/values.ts'
import type { BindContext, ScalarFunction } from '../definition.ts'
import { javaRegex } from './java-regex.ts'
import { typed } from './typed.ts'

const REGULAR_EXPRESSION = 'REGULAR EXPRESSION'

/** Compiles a literal pattern once, when the query is compiled, and refuses it then; other patterns once as long as they repeat. */
function compiler(constant: SqlValue | undefined): (pattern: string) => RegExp {
  let last = typeof constant === 'string' ? constant : undefined
  let regex = last === undefined ? undefined : compileLiteral(last)
  return (pattern) => {
    if (regex === undefined || pattern !== last) {
      regex = javaRegex(pattern, 'g')
      last = pattern
    }
    regex.lastIndex = 0
    return regex
  }
}

function compileLiteral(pattern: string): RegExp {
  try {
    return javaRegex(pattern, 'g')
  } catch (cause) {
    throw new KsqlError('semantic', (cause as Error).message, { cause })
  }
}

function bindExtract({ constants }: BindContext) {
  const compile = compiler(constants[0])
  return typed(
    (pattern: string, text: string, group: number = 0): SqlValue => compile(pattern).exec(text)?.[group] ?? null,
  )
}

/** NULL for a group the pattern lacks; a group that took no part in a match is a NULL element. */
function bindExtractAll({ constants }: BindContext) {
  const compile = compiler(constants[0])
  return typed((pattern: string, text: string, group: number = 0): SqlValue => {
    const regex = compile(pattern)
    // an alternative that matches the empty text shows how many groups there are
    const groups = new RegExp(`${regex.source}|`, regex.flags).exec('')?.length ?? 1
    if (group < 0 || group >= groups) return null
    return Array.from(text.matchAll(regex), (match) => match[group] ?? null)
  })
}

/** Java's replacement text: `$1` and `${name}` are groups, a backslash takes the next character as it is. Throws on a group that is not there. */
function expand(
  replacement: string,
  match: readonly (string | undefined)[],
  named: Record<string, string> | undefined,
) {
  return replacement.replace(
    /\\([\s\S]?)|\$(?:(\d)|\{(\w+)\})?/g,
    (all, escaped?: string, digit?: string, name?: string) => {
      if (escaped !== undefined && escaped !== '') return escaped
      if (digit !== undefined && Number(digit) < match.length) return match[Number(digit)] ?? ''
      if (name !== undefined && named !== undefined && name in named) return named[name] ?? ''
      throw new Error(`The replacement '${replacement}' has '${all}', which is no group.`)
    },
  )
}

function bindReplace({ constants }: BindContext) {
  const compile = compiler(constants[1])
  return typed((text: string, pattern: string, replacement: string): SqlValue => {
    const regex = compile(pattern)
    const literal = !/[\\$]/.test(replacement)
    return text.replace(regex, (...match) => {
      if (literal) return replacement
      const named = typeof match.at(-1) === 'object' ? match.pop() : undefined
      return expand(replacement, match.slice(0, -2), named)
    })
  })
}

/** Empty matches at the ends split nothing, as with an empty pattern, which splits every character. */
function bindSplit({ constants }: BindContext) {
  const compile = compiler(constants[1])
  return typed((text: string, pattern: string): SqlValue => {
    const parts: string[] = []
    let start = 0
    for (const match of text.matchAll(compile(pattern))) {
      const end = match.index + match[0].length
      if (match[0] === '' && (end === 0 || end === text.length)) continue
      parts.push(text.slice(start, match.index))
      start = end
    }
    parts.push(text.slice(start))
    return parts
  })
}

export const regexFunctions: readonly ScalarFunction[] = [
  {
    name: 'REGEXP_EXTRACT',
    description:
      'The first part of the second string that matches the pattern, or a group of it; NULL without a match.',
    category: REGULAR_EXPRESSION,
    variants: [
      { parameters: ['VARCHAR', 'VARCHAR'], returns: 'VARCHAR', nulls: 'propagate', bind: bindExtract },
      { parameters: ['VARCHAR', 'VARCHAR', 'INT'], returns: 'VARCHAR', nulls: 'propagate', bind: bindExtract },
    ],
  },
  {
    name: 'REGEXP_EXTRACT_ALL',
    description: 'All parts of the second string that match the pattern, or a group of each.',
    category: REGULAR_EXPRESSION,
    variants: [
      { parameters: ['VARCHAR', 'VARCHAR'], returns: 'ARRAY<VARCHAR>', nulls: 'propagate', bind: bindExtractAll },
      {
        parameters: ['VARCHAR', 'VARCHAR', 'INT'],
        returns: 'ARRAY<VARCHAR>',
        nulls: 'propagate',
        bind: bindExtractAll,
      },
    ],
  },
  {
    name: 'REGEXP_REPLACE',
    description: 'The string with every match of the pattern replaced; $1 in the replacement is the first group.',
    category: REGULAR_EXPRESSION,
    variants: [
      { parameters: ['VARCHAR', 'VARCHAR', 'VARCHAR'], returns: 'VARCHAR', nulls: 'propagate', bind: bindReplace },
    ],
  },
  {
    name: 'REGEXP_SPLIT_TO_ARRAY',
    description: 'The parts of the string between the matches of the pattern.',
    category: REGULAR_EXPRESSION,
    variants: [{ parameters: ['VARCHAR', 'VARCHAR'], returns: 'ARRAY<VARCHAR>', nulls: 'propagate', bind: bindSplit }],
  },
]
