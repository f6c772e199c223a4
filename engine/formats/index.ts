import { KsqlError } from '../errors.ts'
import { AVRO } from './avro.ts'
import { DELIMITED } from './delimited.ts'
import type { Format } from './format.ts'
import { JSON_FORMAT } from './json.ts'
import { KAFKA } from './kafka.ts'
import { NONE } from './none.ts'

const formats = new Map([AVRO, DELIMITED, JSON_FORMAT, KAFKA, NONE].map((format) => [format.name, format]))
const notBuilt = new Set(['PROTOBUF', 'PROTOBUF_NOSR', 'JSON_SR'])

/** A format by its name in any case. Throws ksqlDB's message for unknown names; formats ksqlDB has and the engine has not are named as such. */
export function formatByName(name: string): Format {
  const upper = name.toUpperCase()
  const format = formats.get(upper)
  if (format !== undefined) return format
  if (notBuilt.has(upper)) {
    throw new KsqlError('semantic', `Format ${upper} is not supported yet`, {
      fix: `Use one of ${[...formats.keys()].join(', ')}.`,
    })
  }
  throw new KsqlError('semantic', `Unknown format: ${name}`, { fix: `Use one of ${[...formats.keys()].join(', ')}.` })
}

/** Refuses a WRAP_SINGLE_VALUE that was written for columns or a format it does not suit. */
export function checkWrapSingleValue(format: Format, columnCount: number, wrap: boolean): void {
  if (format.wrapping !== 'both' && format.wrapping !== (wrap ? 'wrap' : 'unwrap')) {
    throw new KsqlError('semantic', `Format '${format.name}' does not support 'WRAP_SINGLE_VALUE' set to '${wrap}'.`, {
      fix: 'Drop WRAP_SINGLE_VALUE.',
    })
  }
  if (columnCount !== 1) {
    throw new KsqlError('semantic', "'WRAP_SINGLE_VALUE' is only valid for single-field value schemas", {
      fix: 'Drop WRAP_SINGLE_VALUE.',
    })
  }
}
