import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction, ScalarVariant } from '../definition.ts'
import { typed } from './typed.ts'

type Read = (view: DataView, littleEndian: boolean) => SqlValue

/** Number of another length than its type's, and other byte orders, have no value. */
function fromBytes(length: number, read: Read) {
  return typed((bytes: Uint8Array, order = 'BIG_ENDIAN'): SqlValue => {
    if (bytes.length !== length) throw new Error(`${length} bytes needed, not ${bytes.length}.`)
    if (order !== 'BIG_ENDIAN' && order !== 'LITTLE_ENDIAN') {
      throw new Error(`The byte order is BIG_ENDIAN or LITTLE_ENDIAN, not '${order}'.`)
    }
    return read(new DataView(bytes.buffer, bytes.byteOffset, length), order === 'LITTLE_ENDIAN')
  })
}

function conversion(type: string, length: number, read: Read): ScalarFunction {
  const variants = [['BYTES'], ['BYTES', 'VARCHAR']].map(
    (parameters): ScalarVariant => ({
      parameters,
      returns: type,
      nulls: 'propagate',
      bind: () => fromBytes(length, read),
    }),
  )
  return {
    name: `${type}_FROM_BYTES`,
    description: `The ${type} in ${length} bytes, BIG_ENDIAN unless LITTLE_ENDIAN is given; NULL for another number of bytes or another order.`,
    category: 'CONVERSIONS',
    variants,
  }
}

export const bytesFunctions: readonly ScalarFunction[] = [
  conversion('INT', 4, (view, little) => view.getInt32(0, little)),
  conversion('BIGINT', 8, (view, little) => view.getBigInt64(0, little)),
  conversion('DOUBLE', 8, (view, little) => view.getFloat64(0, little)),
]
