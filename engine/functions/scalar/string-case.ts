import type { ScalarFunction } from '../definition.ts'
import { typed } from './typed.ts'

export const STRING_CATEGORY = 'STRING'

/** A function of one string. */
function ofText(name: string, description: string, apply: (text: string) => string): ScalarFunction {
  return {
    name,
    description,
    category: STRING_CATEGORY,
    variants: [{ parameters: ['VARCHAR'], returns: 'VARCHAR', nulls: 'propagate', bind: () => typed(apply) }],
  }
}

function capitalizeWords(text: string): string {
  return text.toLowerCase().replace(/(^|\s)(\S)/gu, (_, before: string, first: string) => before + first.toUpperCase())
}

const len: ScalarFunction = {
  name: 'LEN',
  description: 'The length of a string in UTF-16 units, or the number of bytes.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR'],
      returns: 'INT',
      nulls: 'propagate',
      bind: () => typed((text: string) => text.length),
      inline: (text) => `${text}.length`,
    },
    {
      parameters: ['BYTES'],
      returns: 'INT',
      nulls: 'propagate',
      bind: () => typed((bytes: Uint8Array) => bytes.length),
      inline: (bytes) => `${bytes}.length`,
    },
  ],
}

export const caseFunctions: readonly ScalarFunction[] = [
  ofText('LCASE', 'The string in lower case.', (text) => text.toLowerCase()),
  ofText('UCASE', 'The string in upper case.', (text) => text.toUpperCase()),
  ofText('INITCAP', 'The first letter of every word in upper case, all others in lower case.', capitalizeWords),
  // as Java's String.trim(): everything from U+0000 to U+0020
  ofText('TRIM', 'The string without blanks and control characters at both ends.', (text) =>
    text.replace(/^[\0-\x20]+|[\0-\x20]+$/g, ''),
  ),
  len,
]
