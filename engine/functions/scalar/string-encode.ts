import type { ScalarFunction } from '../definition.ts'
import { encodingOf } from './encoding.ts'
import { STRING_CATEGORY } from './string-case.ts'
import { typed } from './typed.ts'

const encode: ScalarFunction = {
  name: 'ENCODE',
  description: 'The string written in another encoding: hex, utf8, ascii or base64.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR', 'VARCHAR', 'VARCHAR'],
      returns: 'VARCHAR',
      nulls: 'propagate',
      bind: () =>
        typed((text: string, from: string, to: string) => encodingOf(to).encode(encodingOf(from).decode(text))),
    },
  ],
}

const toBytes: ScalarFunction = {
  name: 'TO_BYTES',
  description: 'The bytes a string in an encoding (hex, utf8, ascii or base64) stands for.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR', 'VARCHAR'],
      returns: 'BYTES',
      nulls: 'propagate',
      bind: () => typed((text: string, encoding: string) => encodingOf(encoding).decode(text)),
    },
  ],
}

function fromBytesAs(bytes: Uint8Array, encoding: string): string {
  const text = encodingOf(encoding).encode(bytes)
  // FROM_BYTES writes hexadecimal in upper case where ENCODE writes lower case
  return encoding.toLowerCase() === 'hex' ? text.toUpperCase() : text
}

const fromBytes: ScalarFunction = {
  name: 'FROM_BYTES',
  description: 'The bytes as a string in an encoding: hex, utf8, ascii or base64.',
  category: STRING_CATEGORY,
  variants: [
    { parameters: ['BYTES', 'VARCHAR'], returns: 'VARCHAR', nulls: 'propagate', bind: () => typed(fromBytesAs) },
  ],
}

export const encodeFunctions: readonly ScalarFunction[] = [encode, toBytes, fromBytes]
