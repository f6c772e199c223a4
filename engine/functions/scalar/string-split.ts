import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction } from '../definition.ts'
import { indexOfBytes } from './bytes-value.ts'
import { STRING_CATEGORY } from './string-case.ts'
import { typed } from './typed.ts'

/** An empty delimiter splits every UTF-16 unit; an empty text is one empty part. */
function splitText(text: string, delimiter: string): string[] {
  return text === '' ? [''] : text.split(delimiter)
}

function splitBytes(bytes: Uint8Array, delimiter: Uint8Array): Uint8Array[] {
  if (bytes.length === 0) return [bytes]
  if (delimiter.length === 0) return Array.from(bytes, (byte) => Uint8Array.of(byte))
  const parts: Uint8Array[] = []
  let start = 0
  for (;;) {
    const end = indexOfBytes(bytes, delimiter, start)
    if (end < 0) break
    parts.push(bytes.slice(start, end))
    start = end + delimiter.length
  }
  parts.push(bytes.slice(start))
  return parts
}

const split: ScalarFunction = {
  name: 'SPLIT',
  description: 'The parts of a string or bytes between the delimiters; every unit for an empty delimiter.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR', 'VARCHAR'],
      returns: 'ARRAY<VARCHAR>',
      nulls: 'propagate',
      bind: () => typed(splitText),
    },
    { parameters: ['BYTES', 'BYTES'], returns: 'ARRAY<BYTES>', nulls: 'propagate', bind: () => typed(splitBytes) },
  ],
}

/** Entries without key-value delimiter are left out, a later entry of a key wins, and what follows a second delimiter is dropped. */
function splitToMap(text: string, entryDelimiter: string, keyValueDelimiter: string): SqlValue {
  if (entryDelimiter === '' || keyValueDelimiter === '') return null
  const map = new Map<string, string>()
  for (const entry of text.split(entryDelimiter)) {
    const [key, value] = entry.split(keyValueDelimiter)
    if (key !== undefined && value !== undefined) map.set(key, value)
  }
  return map
}

const splitToMapFunction: ScalarFunction = {
  name: 'SPLIT_TO_MAP',
  description: 'The map written in a string: entries between the first delimiters, key and value between the second.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR', 'VARCHAR', 'VARCHAR'],
      returns: 'MAP<VARCHAR, VARCHAR>',
      nulls: 'propagate',
      bind: () => typed(splitToMap),
    },
  ],
}

const elt: ScalarFunction = {
  name: 'ELT',
  description: 'The nth (from 1) of the strings, NULL when there is none.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['INT', 'VARCHAR'],
      variadic: 1,
      returns: 'VARCHAR',
      nulls: 'pass',
      bind: () =>
        typed((n: number | null, ...texts: (string | null)[]) => (n === null ? null : (texts[n - 1] ?? null))),
    },
  ],
}

const field: ScalarFunction = {
  name: 'FIELD',
  description: 'The position (from 1) of the first string among the others, 0 when absent or NULL.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR', 'VARCHAR'],
      variadic: 1,
      returns: 'INT',
      nulls: 'pass',
      bind: () =>
        typed((text: string | null, ...texts: (string | null)[]) => (text === null ? 0 : texts.indexOf(text) + 1)),
    },
  ],
}

export const splitFunctions: readonly ScalarFunction[] = [split, splitToMapFunction, elt, field]
