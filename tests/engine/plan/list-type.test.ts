import { describe, expect, test } from 'vitest'
import { evaluate, refusal } from './evaluate.ts'

const selected = (expression: string) => refusal(`CREATE STREAM r AS SELECT k, ${expression} AS r FROM s;`)
const where = (predicate: string) => refusal(`CREATE STREAM r AS SELECT * FROM s WHERE ${predicate};`)

describe('the common type of a constructor', () => {
  test.each([
    // numbers widen
    ['ARRAY[i, b]', 'ARRAY<BIGINT>', '[7,40]'],
    ['ARRAY[i, m]', 'ARRAY<DECIMAL(12, 2)>', '[7.00,12.34]'],
    ['ARRAY[m, b]', 'ARRAY<DECIMAL(21, 2)>', '[12.34,40.00]'],
    ['ARRAY[m, d, i]', 'ARRAY<DOUBLE>', '[12.34,2.5,7.0]'],
    ['ARRAY[NULL, i, NULL]', 'ARRAY<INTEGER>', '[null,7,null]'],
    // numbers written as text are as wide as they need
    ["ARRAY[i, '8']", 'ARRAY<INTEGER>', '[7,8]'],
    ["ARRAY[i, '8000000000']", 'ARRAY<BIGINT>', '[7,8000000000]'],
    ["ARRAY[i, '8.25']", 'ARRAY<DECIMAL(12, 2)>', '[7.00,8.25]'],
    ["ARRAY[i, '3e2']", 'ARRAY<DECIMAL(10, 0)>', '[7,300]'],
    ["ARRAY[d, '8.25']", 'ARRAY<DOUBLE>', '[2.5,8.25]'],
    // any literal is a text beside text
    ["ARRAY[t, 8, 8.50, TRUE, '8']", 'ARRAY<STRING>', '["seven","8","8.50","true","8"]'],
    ["ARRAY['x', i > 0 AND f]", null, 'operator does not exist: STRING = BOOLEAN (((I > 0) AND F))'],
    ["ARRAY[f, 'Yes', 'fal']", 'ARRAY<BOOLEAN>', '[true,true,false]'],
    // constructors inside
    ["ARRAY[ARRAY[b], ARRAY['1', NULL]]", 'ARRAY<ARRAY<BIGINT>>', '[[40],[1,null]]'],
    [
      "ARRAY[STRUCT(x := i), STRUCT(y := 'a', x := '9')]",
      'ARRAY<STRUCT<`X` INTEGER, `Y` STRING>>',
      '[{"X":7,"Y":null},{"X":9,"Y":"a"}]',
    ],
    [
      'ARRAY[st, STRUCT(x := 1, z := t)]',
      'ARRAY<STRUCT<`X` BIGINT, `Y` BIGINT, `Z` STRING>>',
      '[{"X":7,"Y":40,"Z":null},{"X":1,"Y":null,"Z":"seven"}]',
    ],
    ["MAP(t := i, 8 := '9', 'n' := NULL)", 'MAP<STRING, INTEGER>', '{"seven":7,"8":9,"n":null}'],
    ["MAP('a' := ints, 'b' := ARRAY['3'])", 'MAP<STRING, ARRAY<INTEGER>>', '{"a":[7,40],"b":[3]}'],
    ['STRUCT()', 'STRUCT< >', '{}'],
  ])('%s', (expression, type, result) => {
    if (type === null) expect(selected(expression).message).toContain(result)
    else expect(evaluate(expression)).toEqual({ type, json: result })
  })

  test.each([
    ["ARRAY[i, 'many']", 'invalid input syntax for type INTEGER: "many".'],
    ["ARRAY[m, '1.5.2']", 'invalid input syntax for type DECIMAL: "1.5.2".'],
    ["ARRAY[f, 'perhaps']", 'invalid input syntax for type BOOLEAN: "perhaps".'],
    ['ARRAY[i, t]', 'operator does not exist: INTEGER = STRING (T)\nHint: You might need to add explicit type casts.'],
    ['ARRAY[t, i]', 'operator does not exist: STRING = INTEGER (I)'],
    ['ARRAY[i, TRUE]', 'operator does not exist: INTEGER = BOOLEAN (true)'],
    ["ARRAY[dt, '2024-01-01']", "operator does not exist: DATE = STRING ('2024-01-01')"],
    ['ARRAY[st, STRUCT(x := f)]', 'STRUCT<`X` BIGINT, `Y` BIGINT> = STRUCT<`X` BOOLEAN> (STRUCT(X:=F))'],
    ['MAP(t := i, t := t)', 'operator does not exist: INTEGER = STRING (T)'],
    ['ARRAY[]', 'Array constructor cannot be empty. Please supply at least one element'],
    ['MAP()', 'Map constructor cannot be empty.'],
    ['ARRAY[NULL, NULL]', 'Cannot construct an array with all NULL elements'],
    ['MAP(NULL := i)', 'Cannot construct a map with all NULL keys'],
    ['MAP(t := NULL)', 'Cannot construct a map with all NULL values'],
    ['MAP(i := t)', 'JSON only supports MAP types with STRING keys'],
  ])('%s is refused', (expression, message) => {
    const error = selected(expression)
    expect(error.message).toContain(message)
    expect(error.line).toBe(1)
  })

  test('a map of numbers to values is fine as long as no format has to carry it', () => {
    expect(evaluate("MAP(i := 'a', 8 := 'b')[7]")).toEqual({ type: 'STRING', json: '"a"' })
  })
})

describe('IN brings all its operands to one type', () => {
  test.each([
    ["i IN ('6', '7')", 'true'],
    ['i IN (7.0, NULL)', 'true'],
    ["i IN ('7.5', 8)", 'false'],
    ['t IN (7, TRUE)', 'false'],
    ["f IN ('no', 'Y')", 'true'],
    ["bigs IN (ARRAY['7', 40])", 'true'],
    ['bigs IN (ints)', 'true'],
    ["mp IN (MAP('a' := '7'))", 'true'],
    ["st IN (STRUCT(y := 40, x := '7'))", 'true'],
    ['st IN (STRUCT(x := 7, y := 40, z := 1))', 'false'],
    ['st IN (STRUCT(x := 7))', 'false'],
    ['NULL IN (i)', 'false'],
  ])('%s', (expression, json) => {
    expect(evaluate(expression)).toEqual({ type: 'BOOLEAN', json })
  })

  test.each([
    ["i IN (1, 'many')", 'Invalid Predicate: invalid input syntax for type INTEGER: "many".'],
    ["bigs IN (bigs, ARRAY['many'])", 'Invalid Predicate: invalid input syntax for type BIGINT: "many".'],
    ["mp IN (MAP('a' := 'many'))", 'Invalid Predicate: invalid input syntax for type BIGINT: "many".'],
    // what came before has widened the type
    ['m IN (10, TRUE)', 'Invalid Predicate: operator does not exist: DECIMAL(12, 2) = BOOLEAN (true)'],
    ['bigs IN (i)', 'Invalid Predicate: operator does not exist: ARRAY<BIGINT> = INTEGER (I)'],
  ])('WHERE %s is refused', (predicate, message) => {
    expect(where(predicate).message).toContain(message)
  })

  test('a refusal names the clause', () => {
    expect(selected("i IN ('many')").message).toBe('Invalid Select: invalid input syntax for type INTEGER: "many".')
    expect(selected('CAST(t AS ARRAY<INT>)').message).toBe(
      'Invalid Select: Cast of STRING to ARRAY<INTEGER> is not supported',
    )
    expect(where('CAST(f AS INT) = 1').message).toBe('Invalid Predicate: Cast of BOOLEAN to INTEGER is not supported')
  })
})
