import { expect, test } from 'vitest'
import { evaluate, refusal } from './evaluate.ts'

const refused = (expression: string) => refusal(`CREATE STREAM r AS SELECT k, ${expression} AS r FROM s;`)

test.each([
  ['CASE WHEN f THEN i ELSE b END', 'BIGINT', '7'],
  ['CASE WHEN NOT f THEN i WHEN f THEN 2.5 END', 'DECIMAL(11, 1)', '2.5'],
  ["CASE i WHEN 8 THEN 'eight' WHEN 7 THEN NULL ELSE 'other' END", 'STRING', 'null'],
  ['CASE WHEN f THEN ints ELSE bigs END', 'ARRAY<BIGINT>', '[7,40]'],
])('%s', (expression, type, json) => {
  expect(evaluate(expression)).toEqual({ type, json })
})

test.each([
  [
    "CASE WHEN f THEN 'a' WHEN i > 1 THEN i END",
    "Invalid Case expression. Type for all 'THEN' clauses should be the same.\nTHEN expression 'WHEN (I > 1) THEN I' has type: INTEGER.\nPrevious THEN expression(s) type: STRING.",
  ],
  [
    "CASE WHEN f THEN 'a' ELSE 1 END",
    "Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.\nTHEN type: STRING.\nDEFAULT type: INTEGER.",
  ],
  ['CASE WHEN i THEN 1 END', "WHEN operand type should be boolean.\nType for 'I' is INTEGER"],
  ['CASE WHEN f THEN NULL END', 'Invalid Case expression. All case branches have NULL type'],
])('%s is refused', (expression, message) => {
  expect(refused(expression).message).toBe(message)
})

test('a misspelt aggregate is called unknown, not missing', () => {
  const error = refusal('CREATE TABLE r AS SELECT k, COUTN(*) AS n FROM s GROUP BY k;')
  expect(error.message).toBe("Can't find any functions with the name 'COUTN'")
  expect(error.fix).toContain('COUNT')
  expect(error.column).toBe(29)
})
