import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction, ScalarVariant } from '../definition.ts'
import { STRING_CATEGORY } from './string-case.ts'
import { typed } from './typed.ts'

/** What stands for upper case, lower case, digits and all other characters; NULL leaves them as they are. */
type Masks = readonly [upper: string | null, lower: string | null, digit: string | null, other: string | null]

const DEFAULT_MASKS: Masks = ['X', 'x', 'n', '-']

function maskText(text: string, [upper, lower, digit, other]: Masks): string {
  return text.replace(/./gsu, (char) => {
    const mask = /\p{Lu}/u.test(char) ? upper : /\p{Ll}/u.test(char) ? lower : /\p{Nd}/u.test(char) ? digit : other
    return mask ?? char
  })
}

/** Only the first character of a mask counts. Throws on an empty one. */
function checkedMasks(masks: readonly (string | null)[]): Masks {
  const [upper = null, lower = null, digit = null, other = null] = masks.map((mask) => {
    if (mask === '') throw new Error('A mask must be a character or NULL, not an empty string.')
    return mask && String.fromCodePoint(mask.codePointAt(0) ?? 0)
  })
  return [upper, lower, digit, other]
}

/** Where a text is cut in two for `count` characters, and which of the two halves is masked. */
interface Half {
  readonly name: string
  readonly description: string
  cut(length: number, count: number): number
  readonly masked: 'head' | 'tail'
}

const HALVES: readonly Half[] = [
  {
    name: 'MASK_KEEP_LEFT',
    description: 'MASK for all but the first n characters.',
    cut: (length, count) => Math.min(count, length),
    masked: 'tail',
  },
  {
    name: 'MASK_KEEP_RIGHT',
    description: 'MASK for all but the last n characters.',
    cut: (length, count) => Math.max(length - count, 0),
    masked: 'head',
  },
  {
    name: 'MASK_LEFT',
    description: 'MASK for the first n characters only.',
    cut: (length, count) => Math.min(count, length),
    masked: 'head',
  },
  {
    name: 'MASK_RIGHT',
    description: 'MASK for the last n characters only.',
    cut: (length, count) => Math.max(length - count, 0),
    masked: 'tail',
  },
]

function maskHalf({ name, cut, masked }: Half) {
  return typed((text: string | null, count: number | null, ...masks: (string | null)[]): SqlValue => {
    if (count === null || count < 0) throw new Error(`${name} needs a number of characters, 0 or more, not ${count}.`)
    if (text === null) return null
    const at = cut(text.length, count)
    const [head, tail] = [text.slice(0, at), text.slice(at)]
    const used = masks.length === 0 ? DEFAULT_MASKS : checkedMasks(masks)
    return masked === 'head' ? maskText(head, used) + tail : head + maskText(tail, used)
  })
}

const MASK_PARAMETERS = ['VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR']

function halfFunction(half: Half): ScalarFunction {
  const variants = [
    ['VARCHAR', 'INT', ...MASK_PARAMETERS],
    ['VARCHAR', 'INT'],
  ].map((parameters): ScalarVariant => ({ parameters, returns: 'VARCHAR', nulls: 'pass', bind: () => maskHalf(half) }))
  return { name: half.name, description: half.description, category: STRING_CATEGORY, variants }
}

const mask: ScalarFunction = {
  name: 'MASK',
  description: `The string with upper case, lower case, digits and all others replaced by X, x, n and -, or by the masks given; a NULL mask leaves its kind as it is.`,
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR'],
      returns: 'VARCHAR',
      nulls: 'propagate',
      bind: () => typed((text: string) => maskText(text, DEFAULT_MASKS)),
    },
    {
      parameters: ['VARCHAR', ...MASK_PARAMETERS],
      returns: 'VARCHAR',
      nulls: 'pass',
      bind: () =>
        typed((text: string | null, ...masks: (string | null)[]) => text && maskText(text, checkedMasks(masks))),
    },
  ],
}

export const maskFunctions: readonly ScalarFunction[] = [mask, ...HALVES.map(halfFunction)]
