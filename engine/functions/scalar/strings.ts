import type { ScalarFunction } from '../definition.ts'
import { caseFunctions } from './string-case.ts'
import { concatFunctions } from './string-concat.ts'
import { encodeFunctions } from './string-encode.ts'
import { identityFunctions } from './string-identity.ts'
import { maskFunctions } from './string-mask.ts'
import { padFunctions } from './string-pad.ts'
import { splitFunctions } from './string-split.ts'
import { substringFunctions } from './string-substring.ts'

export const stringFunctions: readonly ScalarFunction[] = [
  ...caseFunctions,
  ...concatFunctions,
  ...substringFunctions,
  ...padFunctions,
  ...splitFunctions,
  ...maskFunctions,
  ...encodeFunctions,
  ...identityFunctions,
]
