import { builtinFunctions, type Statement } from '../../engine/index.ts'
import { unknownName } from './refusals.ts'

/** The functions as SHOW FUNCTIONS lists them. */
export function functionEntities() {
  return builtinFunctions.describe().map(({ name, type, category }) => ({ name, type, category }))
}

/** What DESCRIBE FUNCTION tells. Throws KsqlError, with the nearest name, when there is no such function. */
export function describeFunction(name: string, statement: Statement) {
  const functions = builtinFunctions.describe()
  const found = functions.find((fn) => fn.name === name.toUpperCase())
  if (found === undefined) {
    const names = functions.map((fn) => fn.name)
    throw unknownName(statement, `Can't find any functions with the name '${name}'`, name, names, 'Functions')
  }
  const { description, type, signatures } = found
  return {
    name: found.name,
    description,
    author: 'gpumon',
    version: '',
    path: 'internal',
    functions: signatures.map((signature) => ({
      arguments: signature.arguments.map((argument, i) => ({
        name: `arg${i + 1}`,
        type: argument,
        description: '',
        isVariadic: signature.variadic === i,
      })),
      returnType: signature.returns,
      description,
      argumentTypes: signature.arguments,
    })),
    type,
  }
}
