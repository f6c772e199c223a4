import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tableFunction } from '../../../../engine/functions/registry.ts'
import { resolveTable } from '../../../../engine/functions/resolve.ts'
import { arrayType, decimalType, INTEGER, STRING } from '../../../../engine/types/sql-type.ts'
import { callTable, typedArgument } from '../call.ts'

describe('EXPLODE', () => {
  it('makes a row of every element, NULLs included', () => {
    expect(callTable('EXPLODE', ['a', null, 'b'])).toEqual(['a', null, 'b'])
  })

  it('makes no row of an empty array or NULL', () => {
    expect(callTable('EXPLODE', [])).toEqual([])
    expect(callTable('EXPLODE', typedArgument(arrayType(INTEGER), null))).toEqual([])
  })

  it('has the type of the elements, decimals with their precision', () => {
    const explode = tableFunction('EXPLODE')
    if (explode === undefined) throw new Error('not registered')
    const typeOf = (element: typeof STRING | ReturnType<typeof decimalType>) =>
      resolveTable(explode, [arrayType(element)], [undefined]).returnType
    expect(typeOf(STRING)).toEqual(STRING)
    expect(typeOf(decimalType(7, 2))).toEqual(decimalType(7, 2))
    expect(() => resolveTable(explode, [STRING], [undefined])).toThrow(
      "Function 'explode' does not accept parameters (STRING)",
    )
  })
})

describe('CUBE_EXPLODE', () => {
  it('makes every combination, the last element changing fastest', () => {
    expect(callTable('CUBE_EXPLODE', ['a', 'b'])).toEqual([
      [null, null],
      [null, 'b'],
      ['a', null],
      ['a', 'b'],
    ])
  })

  it('gives each combination once when elements are NULL', () => {
    expect(callTable('CUBE_EXPLODE', ['a', null])).toEqual([
      [null, null],
      ['a', null],
    ])
    expect(callTable('CUBE_EXPLODE', typedArgument(arrayType(INTEGER), null))).toEqual([])
  })

  it('doubles with every element that is not NULL', () => {
    const columns = fc.array(fc.option(fc.integer()), { maxLength: 7 })
    fc.assert(
      fc.property(columns, (array) => {
        const rows = callTable('CUBE_EXPLODE', typedArgument(arrayType(INTEGER), array))
        expect(rows).toHaveLength(2 ** array.filter((value) => value !== null).length)
        expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(rows.length)
      }),
    )
  })
})
