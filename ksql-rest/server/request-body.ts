import { ERROR_CODE } from '../protocol.ts'
import { RestError } from './rest-error.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** A request's body as an object. Fields that nobody asks for are ignored, as by ksqlDB. Throws RestError 40000. */
export function parseBody(text: string): JsonObject {
  const body = parseJson(text)
  if (isObject(body)) return body
  throw new RestError(ERROR_CODE.badRequest, `The request's body must be a JSON object, not ${text.slice(0, 40)}`)
}

/** Throws RestError 40000 where the field is missing or no text. */
export function textField(body: JsonObject, field: string): string {
  const value = body[field]
  if (typeof value === 'string') return value
  throw new RestError(
    ERROR_CODE.badRequest,
    value === undefined
      ? `The request has no field "${field}".`
      : `The field "${field}" must be text, not ${JSON.stringify(value)}.`,
  )
}

/** Properties or variables: an object of plain values, each as its text; an absent field is an empty one. Throws RestError 40000. */
export function textsField(body: JsonObject, field: string): Map<string, string> {
  const value = body[field] ?? {}
  if (!isObject(value)) {
    throw new RestError(ERROR_CODE.badRequest, `The field "${field}" must be an object, not ${JSON.stringify(value)}.`)
  }
  return new Map(
    Object.entries(value).map(([name, item]) => {
      if (typeof item === 'string') return [name, item]
      if (typeof item === 'number' || typeof item === 'boolean') return [name, String(item)]
      throw new RestError(
        ERROR_CODE.badRequest,
        `"${name}" of "${field}" must be text, a number or a boolean, not ${JSON.stringify(item)}.`,
      )
    }),
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new RestError(ERROR_CODE.badRequest, `Invalid JSON in request: ${(error as Error).message}`)
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
