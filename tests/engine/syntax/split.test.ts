import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStatement, splitStatements } from '../../../engine/syntax/index.ts'

describe('splitting a script', () => {
  test('semicolons in quotes and comments do not end a statement', () => {
    const script = "SET 'a;b'='c'; -- one; two\nSHOW /* ; */ STREAMS;\nDROP STREAM `x;y`;"
    expect(splitStatements(script).map(({ text }) => text)).toEqual([
      "SET 'a;b'='c'",
      'SHOW /* ; */ STREAMS',
      'DROP STREAM `x;y`',
    ])
  })

  test('a statement knows where it stands in the script', () => {
    const [, second] = splitStatements('SHOW STREAMS;\r\n\r\n  -- tables\r\n  SHOW TABLES ;')
    expect(second).toEqual({
      text: 'SHOW TABLES',
      at: { line: 4, column: 3, offset: 32 },
      end: { line: 4, column: 15, offset: 44 },
      terminated: true,
    })
  })

  test('space and comments alone are no statement', () => {
    expect(splitStatements(' \n -- nothing; here\n /* ; */ ')).toEqual([])
  })

  test('a last statement without semicolon is marked', () => {
    expect(splitStatements('SHOW STREAMS; SHOW TABLES').map(({ terminated }) => terminated)).toEqual([true, false])
  })

  test('statements joined by any space and comments come back one by one', () => {
    const statements = fc.constantFrom(
      "SET 'x;'=';'",
      'SHOW STREAMS',
      "INSERT INTO a VALUES ('--;', ';/*')",
      'DROP TABLE `;`',
    )
    const gaps = fc.constantFrom('', ' ', '\n', '\r\n', '-- a; b\n', '/* ; */')
    fc.assert(
      fc.property(fc.array(fc.tuple(gaps, statements, gaps)), (parts) => {
        const script = parts.map(([before, text, after]) => `${before}${text}${after};`).join('')
        const sources = splitStatements(script)
        expect(sources.map(({ text }) => text)).toEqual(parts.map(([, text]) => text))
        for (const source of sources) {
          expect(script.startsWith(source.text, source.at.offset)).toBe(true)
          expect(parseStatement(source)).toMatchObject({ text: source.text, at: source.at })
        }
      }),
    )
  })

  test('a lone statement needs no semicolon, two are refused', () => {
    expect(parseStatement('SELECT a FROM b')).toMatchObject({ kind: 'select', text: 'SELECT a FROM b' })
    expect(() => parseStatement('SHOW TABLES; SHOW STREAMS;')).toThrow('Expected one statement, found 2')
    expect(() => parseStatement(' ')).toThrow('No statement given')
  })
})
