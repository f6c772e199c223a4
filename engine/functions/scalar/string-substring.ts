import type { BindContext, ScalarFunction } from '../definition.ts'
import { STRING_CATEGORY } from './string-case.ts'
import { typed } from './typed.ts'

interface Sliceable<T> {
  readonly length: number
  slice(start: number, end: number): T
}

/** Position 1 is the first unit, 0 too, -1 the last; positions and lengths beyond the ends are cut. */
function substring<T extends Sliceable<T>>(value: T, position: number, length: number = value.length): T {
  const start = position < 0 ? Math.max(value.length + position, 0) : Math.min(Math.max(position - 1, 0), value.length)
  const end = Math.max(Math.min(start + length, value.length), start)
  return value.slice(start, end)
}

/** Before ksqlDB 5.1: start (from 0) and exclusive end, as Java's String.substring. Throws out of range. */
function legacySubstring(text: string, start: number, end: number = text.length): string {
  if (start < 0 || end > text.length || start > end) {
    throw new Error(`SUBSTRING from ${start} to ${end} is out of range for a string of length ${text.length}.`)
  }
  return text.slice(start, end)
}

function bindText({ properties }: BindContext) {
  const legacy = properties.get('ksql.functions.substring.legacy.args')?.toLowerCase() === 'true'
  return legacy ? typed(legacySubstring) : typed(substring<string>)
}

const substringFunction: ScalarFunction = {
  name: 'SUBSTRING',
  description: 'The part of a string or bytes from a position (1 is the first, -1 the last) to the end or of a length.',
  category: STRING_CATEGORY,
  variants: [
    { parameters: ['VARCHAR', 'INT', 'INT'], returns: 'VARCHAR', nulls: 'propagate', bind: bindText },
    {
      parameters: ['BYTES', 'INT', 'INT'],
      returns: 'BYTES',
      nulls: 'propagate',
      bind: () => typed(substring<Uint8Array>),
    },
    { parameters: ['BYTES', 'INT'], returns: 'BYTES', nulls: 'propagate', bind: () => typed(substring<Uint8Array>) },
    { parameters: ['VARCHAR', 'INT'], returns: 'VARCHAR', nulls: 'propagate', bind: bindText },
  ],
}

/** A negative position counts from the end and searches towards the start; occurrences may overlap. */
function positionOf(text: string, wanted: string, position = 1, occurrence = 1): number {
  if (position === 0 || occurrence < 1) return 0
  const backwards = position < 0
  let from = backwards ? text.length + position : position - 1
  for (let found = 1; ; found++) {
    if (from < 0 || from > text.length) return 0
    const index = backwards ? text.lastIndexOf(wanted, from) : text.indexOf(wanted, from)
    if (index < 0 || found === occurrence) return index + 1
    from = backwards ? index - 1 : index + 1
  }
}

const instr: ScalarFunction = {
  name: 'INSTR',
  description:
    'The position (from 1) of a substring, 0 when absent; searched from a position on (negative: from the end), the nth occurrence.',
  category: STRING_CATEGORY,
  variants: [
    ['VARCHAR', 'VARCHAR'],
    ['VARCHAR', 'VARCHAR', 'INT', 'INT'],
    ['VARCHAR', 'VARCHAR', 'INT'],
  ].map((parameters) => ({ parameters, returns: 'INT', nulls: 'propagate', bind: () => typed(positionOf) })),
}

const replace: ScalarFunction = {
  name: 'REPLACE',
  description: 'The string with every occurrence of the second replaced by the third.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR', 'VARCHAR', 'VARCHAR'],
      returns: 'VARCHAR',
      nulls: 'propagate',
      bind: () => typed((text: string, old: string, wanted: string) => text.replaceAll(old, () => wanted)),
    },
  ],
}

export const substringFunctions: readonly ScalarFunction[] = [substringFunction, instr, replace]
