import type { KsqlError } from '../errors.ts'
import { aggregateFunctions } from './aggregate/index.ts'
import type { AggregateFunction, ScalarFunction, TableFunction } from './definition.ts'
import { type FunctionDescription, FunctionRegistry } from './function-registry.ts'
import { bytesFunctions } from './scalar/bytes.ts'
import { collectionFunctions } from './scalar/collections.ts'
import { conditionalFunctions } from './scalar/conditional.ts'
import { dateFunctions } from './scalar/datetime.ts'
import { greatestFunctions } from './scalar/greatest.ts'
import { jsonBuildFunctions } from './scalar/json-build.ts'
import { jsonExtractFunctions } from './scalar/json-extract.ts'
import { mathFunctions } from './scalar/math.ts'
import { regexFunctions } from './scalar/regex.ts'
import { stringFunctions } from './scalar/strings.ts'
import { urlFunctions } from './scalar/url.ts'
import { cubeExplodeFunction } from './table/cube-explode.ts'
import { explodeFunction } from './table/explode.ts'

export { type FunctionDescription, FunctionRegistry } from './function-registry.ts'

/** All functions of the engine, by family. */
export const builtinFunctions = new FunctionRegistry({
  scalar: [
    ...stringFunctions,
    ...regexFunctions,
    ...jsonExtractFunctions,
    ...jsonBuildFunctions,
    ...urlFunctions,
    ...bytesFunctions,
    ...conditionalFunctions,
    ...greatestFunctions,
    ...dateFunctions,
    ...mathFunctions,
    ...collectionFunctions,
  ],
  table: [explodeFunction, cubeExplodeFunction],
  aggregate: aggregateFunctions,
})

/** A built-in function by its name in any case; undefined when there is none. */
export function scalarFunction(name: string): ScalarFunction | undefined {
  return builtinFunctions.scalar(name)
}

/** As scalarFunction. */
export function tableFunction(name: string): TableFunction | undefined {
  return builtinFunctions.table(name)
}

/** As scalarFunction. */
export function aggregateFunction(name: string): AggregateFunction | undefined {
  return builtinFunctions.aggregate(name)
}

/** Names of all built-in functions, upper case, sorted. */
export function functionNames(): string[] {
  return builtinFunctions.names()
}

/** All built-in functions with their signatures, for SHOW FUNCTIONS and DESCRIBE FUNCTION. */
export function describeFunctions(): FunctionDescription[] {
  return builtinFunctions.describe()
}

/** The error for a name that no built-in function has, with the nearest name as its fix. */
export function unknownFunction(name: string): KsqlError {
  return builtinFunctions.unknown(name)
}
