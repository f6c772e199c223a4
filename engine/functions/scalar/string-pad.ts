import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction } from '../definition.ts'
import { concatBytes } from './bytes-value.ts'
import { STRING_CATEGORY } from './string-case.ts'
import { typed } from './typed.ts'

type Side = 'left' | 'right'

function padText(side: Side) {
  return typed((text: string, length: number, padding: string): SqlValue => {
    if (length < 0 || padding === '') return null
    if (length < text.length) return text.slice(0, length)
    return side === 'left' ? text.padStart(length, padding) : text.padEnd(length, padding)
  })
}

function padBytes(side: Side) {
  return typed((bytes: Uint8Array, length: number, padding: Uint8Array): SqlValue => {
    if (length < 0 || padding.length === 0) return null
    if (length <= bytes.length) return bytes.slice(0, length)
    const fill = Uint8Array.from({ length: length - bytes.length }, (_, i) => padding[i % padding.length])
    return concatBytes(side === 'left' ? [fill, bytes] : [bytes, fill])
  })
}

function pad(name: string, side: Side): ScalarFunction {
  return {
    name,
    description: `The string or bytes, filled from the ${side} with the padding up to a length, or cut to it; NULL for an empty padding or a negative length.`,
    category: STRING_CATEGORY,
    variants: [
      {
        parameters: ['VARCHAR', 'INT', 'VARCHAR'],
        returns: 'VARCHAR',
        nulls: 'propagate',
        bind: () => padText(side),
      },
      { parameters: ['BYTES', 'INT', 'BYTES'], returns: 'BYTES', nulls: 'propagate', bind: () => padBytes(side) },
    ],
  }
}

export const padFunctions: readonly ScalarFunction[] = [pad('LPAD', 'left'), pad('RPAD', 'right')]
