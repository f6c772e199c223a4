import { Decimal, type Rounding } from '../../types/decimal.ts'
import { doubleToLong } from '../../types/java-number.ts'
import { decimalType, type SqlType } from '../../types/sql-type.ts'
import type { ScalarFunction, ScalarVariant } from '../definition.ts'
import { sameDecimal } from '../same-decimal.ts'
import { MATHEMATICAL } from './math-double.ts'
import { typed } from './typed.ts'

/**
 * ROUND rounds numbers halfway between two neighbours up, towards positive infinity: -1.5 becomes -1.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/scalar-functions/#round
 */
function halfUp(value: Decimal): Rounding {
  return value.sign < 0 ? 'HALF_DOWN' : 'HALF_UP'
}

/** The value at `places` digits after the point (before it, when negative), kept at its own scale. */
function atPlaces(value: Decimal, places: number, rounding: Rounding): Decimal {
  return places >= value.scale ? value : value.setScale(places, rounding).setScale(value.scale)
}

/** Rounds the number as it is written, not as it is stored: 1.005 to two places is 1.01. Throws on NaN and infinities. */
function doubleAtPlaces(value: number, places: number, rounding: (value: Decimal) => Rounding): number {
  const written = Decimal.fromDouble(value)
  return places >= written.scale ? value : written.setScale(places, rounding(written)).toNumber()
}

/** Without places, a DECIMAL keeps the digits before the point. */
function wholePart([type]: readonly SqlType[]): SqlType {
  return type?.base === 'DECIMAL' ? decimalType(Math.max(1, type.precision - type.scale), 0) : decimalType(1, 0)
}

/** ROUND and TRUNC: a whole number without places, else the type that came in. */
function toPlaces(whole: (value: number) => bigint, rounding: (value: Decimal) => Rounding): readonly ScalarVariant[] {
  return [
    {
      parameters: ['DECIMAL'],
      returns: wholePart,
      printedReturns: 'DECIMAL',
      nulls: 'propagate',
      bind: () => typed((value: Decimal) => value.setScale(0, rounding(value))),
    },
    {
      parameters: ['DOUBLE'],
      returns: 'BIGINT',
      nulls: 'propagate',
      bind: () => typed(whole),
    },
    {
      parameters: ['DOUBLE', 'INT'],
      returns: 'DOUBLE',
      nulls: 'propagate',
      bind: () => typed((value: number, places: number) => doubleAtPlaces(value, places, rounding)),
    },
    {
      parameters: ['DECIMAL', 'INT'],
      returns: sameDecimal,
      printedReturns: 'DECIMAL',
      nulls: 'propagate',
      bind: () => typed((value: Decimal, places: number) => atPlaces(value, places, rounding(value))),
    },
    {
      parameters: ['INT'],
      returns: 'BIGINT',
      nulls: 'propagate',
      bind: () => typed((value: number) => BigInt(value)),
      inline: (value) => `BigInt(${value})`,
    },
    {
      parameters: ['BIGINT'],
      returns: 'BIGINT',
      nulls: 'propagate',
      bind: () => typed((value: bigint) => value),
      inline: (value) => value,
    },
  ]
}

/** CEIL and FLOOR: an integer stays what it is, a DECIMAL keeps its type. */
function toInteger(rounding: Rounding, method: 'ceil' | 'floor'): readonly ScalarVariant[] {
  return [
    {
      parameters: ['DECIMAL'],
      returns: sameDecimal,
      printedReturns: 'DECIMAL',
      nulls: 'propagate',
      bind: () => typed((value: Decimal) => value.setScale(0, rounding).setScale(value.scale)),
    },
    {
      parameters: ['DOUBLE'],
      returns: 'DOUBLE',
      nulls: 'propagate',
      bind: () => typed(Math[method]),
      inline: (value) => `Math.${method}(${value})`,
    },
    ...(['INT', 'BIGINT'] as const).map(
      (type): ScalarVariant => ({
        parameters: [type],
        returns: type,
        nulls: 'propagate',
        bind: () => typed((value: number | bigint) => value),
        inline: (value) => value,
      }),
    ),
  ]
}

export const roundingFunctions: readonly ScalarFunction[] = [
  {
    name: 'CEIL',
    description: 'The smallest integer that is not less than the argument.',
    category: MATHEMATICAL,
    variants: toInteger('CEILING', 'ceil'),
  },
  {
    name: 'FLOOR',
    description: 'The largest integer that is not greater than the argument.',
    category: MATHEMATICAL,
    variants: toInteger('FLOOR', 'floor'),
  },
  {
    name: 'ROUND',
    description:
      'ROUND(value[, places]): the nearest number with that many digits after the point (before it, when negative); 0 without. ' +
      'Halfway between two it is the greater one.',
    category: MATHEMATICAL,
    variants: toPlaces((value) => doubleToLong(Math.round(value)), halfUp),
  },
  {
    name: 'TRUNC',
    description:
      'TRUNC(value[, places]): cuts the digits beyond that many after the point (before it, when negative); 0 without.',
    category: MATHEMATICAL,
    variants: toPlaces(doubleToLong, () => 'DOWN'),
  },
]
