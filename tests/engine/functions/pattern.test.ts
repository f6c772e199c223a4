import { describe, expect, it } from 'vitest'
import { genericity, parsePattern, printPattern } from '../../../engine/functions/pattern.ts'

describe('parameter patterns', () => {
  it.each([
    'INT',
    'VARCHAR',
    'DECIMAL',
    'ANY',
    'INTERVAL UNIT',
    'T',
    'ARRAY<T>',
    'MAP<VARCHAR, ARRAY<V>>',
    'STRUCT',
    'ARRAY<STRUCT<K VARCHAR, V BIGINT>>',
    'LAMBDA (K, V) => BOOLEAN',
    'LAMBDA (T) => ARRAY<U>',
  ])('prints %s as it was written', (pattern) => {
    expect(printPattern(parsePattern(pattern))).toBe(pattern)
  })

  it('reads INTERVALUNIT as INTERVAL UNIT', () => {
    expect(parsePattern('INTERVALUNIT')).toEqual({ kind: 'unit' })
  })

  it.each(['STRING', 'ARRAY', 'ARRAY<', 'ARRAY<INT', 'MAP<K>>', 'TT', '', 'INT INT', 'LAMBDA (T) BOOLEAN'])(
    'refuses %j',
    (pattern) => {
      expect(() => parsePattern(pattern)).toThrow(/Malformed parameter pattern/)
    },
  )

  it('counts what a pattern leaves open', () => {
    expect(genericity(parsePattern('INT'))).toBe(0)
    expect(genericity(parsePattern('ANY'))).toBe(1)
    expect(genericity(parsePattern('MAP<K, ARRAY<V>>'))).toBe(2)
    expect(genericity(parsePattern('LAMBDA (S, T) => S'))).toBe(3)
  })
})
