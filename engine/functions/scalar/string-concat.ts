import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction } from '../definition.ts'
import { concatBytes } from './bytes-value.ts'
import { STRING_CATEGORY } from './string-case.ts'
import { typed } from './typed.ts'

function present<T extends SqlValue>(values: readonly (T | null)[]): T[] {
  return values.filter((value): value is T => value !== null)
}

/** The separator and the values it goes between; null when the separator is NULL. Throws when there is nothing to join. */
function separated<T extends SqlValue>(args: readonly (T | null)[]): { separator: T; values: T[] } | null {
  if (args.length < 2) throw new Error('CONCAT_WS expects a separator and at least one value.')
  const [separator, ...values] = args
  return separator === null ? null : { separator, values: present(values) }
}

function joinText(...args: (string | null)[]): string | null {
  const parts = separated(args)
  return parts === null ? null : parts.values.join(parts.separator)
}

function joinBytes(...args: (Uint8Array | null)[]): Uint8Array | null {
  const parts = separated(args)
  return parts && concatBytes(parts.values.flatMap((value, i) => (i === 0 ? [value] : [parts.separator, value])))
}

const concat: ScalarFunction = {
  name: 'CONCAT',
  description: 'All strings or bytes one after another; NULL counts as empty.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR'],
      variadic: 0,
      returns: 'VARCHAR',
      nulls: 'pass',
      bind: () => typed((...texts: (string | null)[]) => present(texts).join('')),
    },
    {
      parameters: ['BYTES'],
      variadic: 0,
      returns: 'BYTES',
      nulls: 'pass',
      bind: () => typed((...pieces: (Uint8Array | null)[]) => concatBytes(present(pieces))),
    },
  ],
}

const concatWithSeparator: ScalarFunction = {
  name: 'CONCAT_WS',
  description: 'The second and following strings or bytes with the first between them; NULLs are left out.',
  category: STRING_CATEGORY,
  variants: [
    { parameters: ['VARCHAR'], variadic: 0, returns: 'VARCHAR', nulls: 'pass', bind: () => typed(joinText) },
    { parameters: ['BYTES'], variadic: 0, returns: 'BYTES', nulls: 'pass', bind: () => typed(joinBytes) },
  ],
}

export const concatFunctions: readonly ScalarFunction[] = [concat, concatWithSeparator]
