import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KsqlError } from '../../../engine/errors.ts'
import { tokenize } from '../../../engine/syntax/lexer.ts'

function kinds(text: string): [string, string][] {
  return tokenize(text).map((token) => [token.kind, token.value])
}

describe('tokens', () => {
  test('words are folded to upper case, quoted identifiers keep theirs', () => {
    expect(kinds('foo `Foo` "bar" `a``b` _x1 1R')).toEqual([
      ['word', 'FOO'],
      ['quoted', 'Foo'],
      ['quoted', 'bar'],
      ['quoted', 'a`b'],
      ['word', '_X1'],
      ['word', '1R'],
    ])
  })

  test('a doubled quote in a string is one quote', () => {
    expect(kinds("'it''s' '' ''''")).toEqual([
      ['string', "it's"],
      ['string', ''],
      ['string', "'"],
    ])
  })

  test('numbers are told apart by point and exponent', () => {
    expect(kinds('5 7.2 1. .5 1e-3 1.332434e+2 1E0')).toEqual([
      ['integer', '5'],
      ['decimal', '7.2'],
      ['decimal', '1.'],
      ['decimal', '.5'],
      ['double', '1e-3'],
      ['double', '1.332434e+2'],
      ['double', '1E0'],
    ])
  })

  test('comments are space; quotes in comments and comments in quotes mean nothing', () => {
    expect(kinds("a -- it's; /*\nb /* ' \n -- */ c '-- no /* comment'")).toEqual([
      ['word', 'A'],
      ['word', 'B'],
      ['word', 'C'],
      ['string', '-- no /* comment'],
    ])
  })

  test('longest symbol first', () => {
    expect(kinds('a->b:=c=>d<=e<>f!=g||h').filter(([kind]) => kind === 'symbol')).toEqual(
      ['->', ':=', '=>', '<=', '<>', '!=', '||'].map((symbol) => ['symbol', symbol]),
    )
  })

  test('positions count lines across \\r\\n, strings and comments', () => {
    const positions = tokenize("a\r\n  'x\ny' b /* \n */ c").map(({ at }) => [at.line, at.column, at.offset])
    expect(positions).toEqual([
      [1, 1, 0],
      [2, 3, 5],
      [3, 4, 11],
      [4, 5, 21],
    ])
  })

  test('a byte order mark is space', () => {
    expect(kinds('\uFEFFSHOW')).toEqual([['word', 'SHOW']])
  })

  test.each([
    ["SELECT 'abc", 8, 'string literal'],
    ['SELECT `abc', 8, 'quoted identifier'],
    ['SELECT a /* b', 10, 'comment'],
  ])('what has no end is an error where it starts: %s', (text, column, what) => {
    try {
      tokenize(text)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(KsqlError)
      expect(error).toMatchObject({ kind: 'syntax', line: 1, column })
      expect(String(error)).toContain(what)
    }
  })

  test('no character is lost: between tokens there is only space and comments', () => {
    const pieces = fc.constantFrom(
      'a',
      '1',
      '.',
      "'x'",
      '`y`',
      ' ',
      '\n',
      '\r\n',
      '-',
      '>',
      '=',
      ':',
      '<',
      '*',
      '/',
      '#',
      'é',
      '$',
      '--c\n',
      '/*c*/',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('')
        let rest = ''
        let end = 0
        try {
          for (const token of tokenize(text)) {
            expect(text.startsWith(token.text, token.at.offset)).toBe(true)
            const lines = text.slice(0, token.at.offset).split('\n')
            expect([token.at.line, token.at.column]).toEqual([lines.length, (lines.at(-1)?.length ?? 0) + 1])
            rest += text.slice(end, token.at.offset)
            end = token.at.offset + token.text.length
          }
        } catch (error) {
          expect(error).toBeInstanceOf(KsqlError)
          return
        }
        rest += text.slice(end)
        expect(rest.replace(/--[^\r\n]*|\/\*[\s\S]*?\*\//g, '').trim()).toBe('')
      }),
    )
  })
})
