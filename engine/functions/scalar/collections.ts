import type { ScalarFunction } from '../definition.ts'
import { arrayFunctions } from './collections-array.ts'
import { lambdaFunctions } from './collections-lambda.ts'
import { mapFunctions } from './collections-map.ts'
import { seriesFunctions } from './collections-series.ts'
import { arraySetFunctions } from './collections-set.ts'

export const collectionFunctions: readonly ScalarFunction[] = [
  ...arrayFunctions,
  ...arraySetFunctions,
  ...seriesFunctions,
  ...mapFunctions,
  ...lambdaFunctions,
]
