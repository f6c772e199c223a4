import { DAY_MS } from '../../types/calendar.ts'
import type { ScalarFunction } from '../definition.ts'
import { dateArithmeticFunctions } from './datetime-arithmetic.ts'
import { DATE_TIME, dateTextFunctions } from './datetime-text.ts'
import { typed } from './typed.ts'

const epochFunctions: readonly ScalarFunction[] = [
  {
    name: 'FROM_DAYS',
    description: 'The DATE that many days after 1970-01-01.',
    category: DATE_TIME,
    variants: [
      {
        parameters: ['INT'],
        returns: 'DATE',
        nulls: 'propagate',
        bind: () => typed((days: number) => days),
        inline: (days) => days,
      },
    ],
  },
  {
    name: 'FROM_UNIXTIME',
    description: 'The TIMESTAMP that many ms after 1970-01-01T00:00 UTC.',
    category: DATE_TIME,
    variants: [
      {
        parameters: ['BIGINT'],
        returns: 'TIMESTAMP',
        nulls: 'propagate',
        bind: () => typed((ms: bigint) => Number(ms)),
        inline: (ms) => `Number(${ms})`,
      },
    ],
  },
  {
    name: 'UNIX_DATE',
    description: 'Days since 1970-01-01, of today (in UTC) or of a DATE.',
    category: DATE_TIME,
    variants: [
      {
        parameters: [],
        returns: 'INT',
        nulls: 'propagate',
        bind:
          ({ now }) =>
          () =>
            Math.floor(now() / DAY_MS),
      },
      {
        parameters: ['DATE'],
        returns: 'INT',
        nulls: 'propagate',
        bind: () => typed((days: number) => days),
        inline: (days) => days,
      },
    ],
  },
  {
    name: 'UNIX_TIMESTAMP',
    description: 'ms since 1970-01-01T00:00 UTC, of now or of a TIMESTAMP.',
    category: DATE_TIME,
    variants: [
      {
        parameters: [],
        returns: 'BIGINT',
        nulls: 'propagate',
        bind:
          ({ now }) =>
          () =>
            BigInt(now()),
      },
      {
        parameters: ['TIMESTAMP'],
        returns: 'BIGINT',
        nulls: 'propagate',
        bind: () => typed((utc: number) => BigInt(utc)),
        inline: (utc) => `BigInt(${utc})`,
      },
    ],
  },
]

export const dateFunctions: readonly ScalarFunction[] = [
  ...dateTextFunctions,
  ...dateArithmeticFunctions,
  ...epochFunctions,
]
