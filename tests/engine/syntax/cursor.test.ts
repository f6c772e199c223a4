import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KsqlError } from '../../../engine/errors.ts'
import { parseScript } from '../../../engine/syntax/index.ts'

function refusal(script: string): KsqlError {
  try {
    parseScript(script)
  } catch (error) {
    if (error instanceof KsqlError) return error
    throw error
  }
  throw new Error(`accepted: ${script}`)
}

describe('syntax errors', () => {
  test.each([
    [
      'SELEC 1;',
      1,
      1,
      "Unknown statement 'SELEC'\nDid you mean 'SELECT'?",
      "Did you mean 'SELECT' instead of 'SELEC'?",
    ],
    [
      'CREATE STREM x AS SELECT 1;',
      1,
      8,
      "Syntax error at or near 'STREM' at line 1:8",
      "Did you mean 'STREAM' instead of 'STREM'?",
    ],
    ['SHOW STREAMS', 1, 13, "missing ';' at '<EOF>'", 'End it with ;'],
    ['SHOW STREAM;', 1, 6, "Syntax error at or near 'STREAM'", 'Expected STREAMS, '],
    ['SELECT a FORM t;', 1, 15, "Syntax error at or near 't'", "Did you mean 'FROM' instead of 'FORM'?"],
    ['SELECT a FROM t WHER b > 1;', 1, 22, "Syntax error at or near 'b'", "Did you mean 'WHERE' instead of 'WHER'?"],
    [
      'SELECT a FROM t EMIT CHNGES;',
      1,
      22,
      "Syntax error at or near 'CHNGES'",
      "Did you mean 'CHANGES' instead of 'CHNGES'?",
    ],
    ['SELECT a FROM t\n\n  WHERE b >;', 3, 12, "Syntax error at or near ';' at line 3:12", 'Expected an expression'],
    [
      'SELECT a AS seconds FROM t;',
      1,
      13,
      '"seconds" is a reserved keyword and it can\'t be used as an identifier.',
      'Write it in backticks (`seconds`)',
    ],
    ['SHOW TABLES SHOW STREAMS;', 1, 13, "missing ';' at 'SHOW'", 'Put a ; before SHOW'],
    ['SELECT f(a FROM t;', 1, 12, "missing ')' at 'FROM'", "Write ')' here"],
    ['SELECT a FROM t WHERE b ~ 1;', 1, 25, "Syntax error at or near '~'", 'Expected'],
    [';', 1, 1, "Syntax error at or near ';'", 'Expected a statement'],
  ])('%s', (script, line, column, message, fix) => {
    const error = refusal(script)
    expect(error.kind).toBe('syntax')
    expect([error.line, error.column]).toEqual([line, column])
    expect(error.message).toContain(message)
    expect(error.message.startsWith(`line ${line}:${column}: Syntax Error\n`)).toBe(true)
    expect(error.fix).toContain(fix)
  })

  test('name the statement that fails, at its place in the script', () => {
    const error = refusal("SET 'a'='b';\r\n-- next\r\nCREATE TABEL x (a INT);\r\nSHOW TABLES;")
    expect(error).toMatchObject({ line: 3, column: 8, statement: 'CREATE TABEL x (a INT)' })
    expect(error.message).toContain('\nStatement: CREATE TABEL x (a INT);')
  })

  test('nothing but KsqlError comes out, whatever the words', () => {
    const words = fc.constantFrom(
      ..."SELECT * FROM t a , ( ) [ ] WHERE GROUP BY PARTITION HAVING EMIT CHANGES LIMIT 1 1.5 1e3 'x' `q` -> := => . - + / = < > IS NOT NULL".split(
        ' ',
      ),
      ...'CASE WHEN THEN ELSE END CAST AS INT ARRAY MAP STRUCT CREATE STREAM TABLE WITH INSERT INTO VALUES DROP SHOW WINDOW TUMBLING SIZE SECONDS'.split(
        ' ',
      ),
      ...'JOIN ON WITHIN IN LIKE BETWEEN AND OR DISTINCT DECIMAL KEY PRIMARY TYPE ALTER ADD ASSERT TOPIC DESCRIBE EXPLAIN PRINT ; #'.split(
        ' ',
      ),
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 25 }), (parts) => {
        try {
          parseScript(parts.join(' '))
        } catch (error) {
          expect(error).toBeInstanceOf(KsqlError)
          expect((error as KsqlError).position).toBeDefined()
        }
      }),
      { numRuns: 2000 },
    )
  })
})
