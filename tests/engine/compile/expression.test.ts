import { describe, expect, test } from 'vitest'
import { KsqlError } from '../../../engine/index.ts'
import { Decimal } from '../../../engine/types/decimal.ts'
import type { SqlValue } from '../../../engine/types/values.ts'
import { engineWith, jsonRecord, rowsOf } from '../engine/harness.ts'

const COLUMNS = `k VARCHAR KEY, i INT, j INT, zero INT, ni INT, b BIGINT, big BIGINT, nb BIGINT, d DOUBLE, nd DOUBLE, m DECIMAL(6, 2), nm DECIMAL(6, 2),
  t VARCHAR, nt VARCHAR, f BOOLEAN, nf BOOLEAN, a ARRAY<INT>, na ARRAY<INT>, mp MAP<VARCHAR, INT>, nmp MAP<VARCHAR, INT>,
  st STRUCT<x INT, y STRUCT<z VARCHAR>>, nst STRUCT<x INT, y STRUCT<z VARCHAR>>, ts TIMESTAMP, dt DATE,
  mb MAP<VARCHAR, BIGINT>`

const ROW = `{"i": 7, "j": -2, "zero": 0, "b": 40, "big": 9223372036854775807, "d": 2.5, "m": 12.34, "t": "a%b_c", "f": true,
  "a": [10, null, 30], "mp": {"one": 1, "none": null}, "st": {"x": 5, "y": {"z": "deep"}}, "mb": {"none": null}, "ts": 1700000000123, "dt": 19000}`

interface Evaluated {
  readonly value: SqlValue
  /** failures counted on the way */
  readonly errors: readonly string[]
}

/** The value of an expression on the row above, and that of a neighbour, which must not suffer from it. */
function evaluate(expression: string): Evaluated {
  const engine = engineWith(
    `CREATE STREAM s (${COLUMNS}) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM r AS SELECT k, ${expression} AS r, i + 1 AS neighbour FROM s EMIT CHANGES;`,
  )
  const values: SqlValue[][] = []
  engine.topic('R').subscribe((batch, source) => values.push(...rowsOf(batch, source).map((r) => [...(r.value ?? [])])))
  engine.topic('s').appendRecord({ ...jsonRecord('k', {}, 5), value: Buffer.from(ROW) })
  const [value = null, neighbour] = values[0] ?? []
  expect(neighbour).toBe(8)
  return { value, errors: engine.errors.all().map((e) => e.what) }
}

function cases(name: string, table: readonly (readonly [expression: string, value: SqlValue])[]): void {
  test.each(table.map(([expression, value]) => ({ expression, value })))(
    `${name}: $expression`,
    ({ expression, value }) => {
      expect(evaluate(expression).value).toEqual(value)
    },
  )
}

/** Expressions that fail on this row: NULL, and one counted error. */
function failing(name: string, expressions: readonly string[]): void {
  test.each(expressions)(`${name}: %s`, (expression) => {
    const { value, errors } = evaluate(expression)
    expect(value).toBeNull()
    expect(errors).toHaveLength(1)
  })
}

describe('NULL', () => {
  cases('a comparison with NULL is false', [
    ['ni = 7', false],
    ['ni <> 7', false],
    ['ni < 7', false],
    ['7 >= ni', false],
    ['nt = t', false],
    ['nt <> t', false],
    ['nf = f', false],
    ['nm > m', false],
    ['na = a', false],
    ['nd = nd', false],
    ['NOT (ni = 7)', true],
    ['ni BETWEEN 1 AND 9', false],
    ['ni NOT BETWEEN 1 AND 9', true],
    ['i BETWEEN ni AND 9', false],
  ])
  cases('IS NULL and IS DISTINCT FROM know it', [
    ['ni IS NULL', true],
    ['i IS NULL', false],
    ['ni IS NOT NULL', false],
    ['nst->x IS NULL', true],
    ['ni IS DISTINCT FROM i', true],
    ['ni IS DISTINCT FROM ni', false],
    ['nt IS NOT DISTINCT FROM nt', true],
    ['i IS NOT DISTINCT FROM 7', true],
    ['nm IS DISTINCT FROM m', true],
    ['na IS NOT DISTINCT FROM na', true],
    ['i IS DISTINCT FROM NULL', true],
    ['ni IS DISTINCT FROM NULL', false],
  ])
  failing('in arithmetic makes the whole column NULL, counted', [
    'ni + 1',
    '1 - nb',
    'nd * 2.0',
    'nm + m',
    '-ni',
    'LEN(nt) / 2',
    'CAST(a[2] AS BIGINT) / 2',
    'ABS(ni + 1) IS NULL',
    'COALESCE(ni + 1, 5)',
    'CASE WHEN ni + 1 > 0 THEN i ELSE j END',
  ])
  test('in arithmetic that is not reached is not counted', () => {
    expect(evaluate('CASE WHEN ni IS NOT NULL AND ni + 1 > 0 THEN ni + 1 ELSE j END')).toEqual({
      value: -2,
      errors: [],
    })
  })
  test('in arithmetic of WHERE, of EXPLODE or of an argument of an aggregate is counted there', () => {
    const engine = engineWith(
      `CREATE STREAM s (k VARCHAR KEY, i INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE STREAM r AS SELECT k, i FROM s WHERE i + 1 > 0 EMIT CHANGES;
       CREATE TABLE t AS SELECT k, SUM(i - 1) AS total FROM s GROUP BY k EMIT CHANGES;
       CREATE STREAM e AS SELECT k, EXPLODE(ARRAY[i - 1, i]) AS x FROM s EMIT CHANGES;
       CREATE STREAM f AS SELECT k, EXPLODE(SLICE(ARRAY[i - 1, i], 1, 1)) AS x FROM s EMIT CHANGES;`,
    )
    engine.topic('s').append([1, null, null].map((i) => jsonRecord('a', { i }, 1)))
    expect(engine.errors.all()).toMatchObject([
      { place: 'query CSAS_R_0', what: 'WHERE', count: 2 },
      { place: 'query CTAS_T_1', what: 'SUM', count: 2, example: expect.stringContaining('NULL in arithmetic') },
      { place: 'query CSAS_E_2', what: 'EXPLODE', count: 2 },
      { place: 'query CSAS_F_3', what: 'EXPLODE', count: 2 },
    ])
  })
  cases('is not computed with where it turns up inside', [
    ['CASE WHEN i > 0 THEN LEN(nt) END', null],
    ['CASE WHEN i > 0 THEN a[2] ELSE b END', null],
    [`CASE WHEN i > 0 THEN mb['none'] + 1 ELSE b END`, null],
    [`CASE WHEN mb['none'] + 1 = 2 THEN 1 ELSE 2 END`, null],
    [`mb['none'] + 1 IN (1, 2)`, null],
    [`mb['none'] * 2 = 4 AND f`, null],
    [`f AND mb['none'] * 2 = 4`, null],
    [`f AND b / mb['none'] = 4 OR f`, null],
    [`ARRAY[mb['none'] + 1]`, null],
    [`STRUCT(x := mb['none'] + 1)`, null],
    [`MAP('x' := mb['none'] + 1)`, null],
    [`mb['none'] + 1 IS DISTINCT FROM 3`, null],
    [`mb['none'] + 1 BETWEEN 0 AND 2`, null],
    [`ABS(mb['none'])`, null],
    [`ABS(CAST(mb['none'] AS DOUBLE))`, null],
    [`ROUND(CAST(nt AS DOUBLE))`, null],
    [`LEN(nt) * 2`, null],
    [`LEN(nt) = 3`, false],
    [`-mb['none']`, null],
    [`TRANSFORM(ARRAY[mb['none']], x => x + 1)`, null],
    [`TRANSFORM(ARRAY[mb['none']], x => COALESCE(x, 1))`, [1n]],
    [`TRANSFORM(ARRAY[nt], x => LEN(x))`, [null]],
    [`FILTER(ARRAY[nt, t], x => LEN(x) > 1)`, ['a%b_c']],
  ])
  test.each([`LEN(nt)`, `CASE WHEN i > 0 THEN LEN(nt) END`, `CAST(LEN(nt) AS VARCHAR)`])(
    'is no failure: %s',
    (expression) => {
      expect(evaluate(expression)).toEqual({ value: null, errors: [] })
    },
  )
  cases('of text reads "null" in a concatenation', [
    [`t + nt`, 'a%b_cnull'],
    [`nt + nt`, 'nullnull'],
    [`'x' + 'y'`, 'xy'],
  ])
  cases('makes functions NULL but not what knows it', [
    ['UCASE(nt)', null],
    ['LEN(nt)', null],
    [`COALESCE(nt, 'x')`, 'x'],
    [`IFNULL(ni, 3)`, 3],
    [`NULLIF(i, 7)`, null],
    ['ARRAY_LENGTH(na)', null],
  ])
})

describe('failure', () => {
  failing('gives NULL for the column', [
    'i / zero',
    'i % zero',
    'b / zero',
    'b % CAST(zero AS BIGINT)',
    'm / zero',
    'CAST(t AS INT)',
    'CAST(t AS DOUBLE)',
    'CAST(t AS DATE)',
    'CAST(12345 AS DECIMAL(3, 0))',
    'a[0]',
    'a[zero]',
    'i / zero = 3',
    'i / zero IS NULL',
    'TRANSFORM(a, x => 100 / (x - x))',
  ])
  cases('of a function is NULL at the call, and what is around it goes on', [
    [`COALESCE(PARSE_DATE(t, 'yyyy'), CAST('2020-01-01' AS DATE))`, 18262],
    [`PARSE_DATE(t, 'yyyy') IS NULL`, true],
    [`COALESCE(SUBSTRING(t, 1, 1), 'x')`, 'a'],
  ])
  cases('does not concern DOUBLE', [
    ['d / 0.0E0', Number.POSITIVE_INFINITY],
    ['-d / zero', Number.NEGATIVE_INFINITY],
    ['0.0E0 / 0.0E0', Number.NaN],
    ['d % 0.0E0', Number.NaN],
  ])
  test('is counted by query and column', () => {
    const engine = engineWith(
      `CREATE STREAM s (k VARCHAR KEY, i INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE STREAM r AS SELECT k, 1 / i AS q, 2 / i AS p FROM s WHERE 3 / i < 9 OR TRUE EMIT CHANGES;`,
    )
    engine.topic('s').append([1, 0, 0].map((i) => jsonRecord('a', { i }, 1)))
    expect(engine.errors.all()).toEqual([{ place: 'query CSAS_R_0', what: 'WHERE', count: 2, example: '/ by zero' }])
  })
})

describe('conditions', () => {
  cases('AND and OR stop at the first side that decides', [
    ['FALSE AND i / zero = 1', false],
    ['TRUE OR i / zero = 1', true],
    ['i < 0 AND ni + 1 = 2', false],
    ['i > 0 OR ni + 1 = 2', true],
    ['i > 0 AND j < 0', true],
    ['i > 0 AND ni = 2', false],
    ['i < 0 OR f', true],
    ['NOT f OR NOT f', false],
  ])
  cases('a NULL operand that counts makes the column NULL', [
    ['nf AND TRUE', null],
    ['TRUE AND nf', null],
    ['nf OR TRUE', null],
    ['FALSE OR nf', null],
    ['NOT nf', null],
    ['FALSE AND nf', false],
    ['TRUE OR nf', true],
  ])
  cases('CASE evaluates the branch it takes, and no other', [
    ['CASE WHEN i > 0 THEN i ELSE i / zero END', 7],
    ['CASE WHEN i < 0 THEN i / zero WHEN j < 0 THEN j ELSE CAST(t AS INT) END', -2],
    ['CASE WHEN i > 0 THEN 1 WHEN i / zero = 1 THEN 2 END', 1],
    ['CASE WHEN i < 0 THEN 1 END', null],
    [`CASE i WHEN 6 THEN 'six' WHEN 7 THEN 'seven' ELSE 'other' END`, 'seven'],
    [`CASE ni WHEN 7 THEN 'seven' ELSE 'other' END`, 'other'],
    ['CASE WHEN ni = 1 THEN 1 ELSE 2 END', 2],
    ['CASE WHEN i > 0 THEN ni ELSE 3 END', null],
    ['CASE WHEN i > 0 THEN i ELSE b END', 7n],
    ['CASE WHEN i > 0 THEN i ELSE d END', 7],
    ['CASE WHEN FALSE THEN NULL ELSE st->y->z END', 'deep'],
    [`CASE WHEN i > 0 THEN CASE WHEN j > 0 THEN 'a' ELSE 'b' END ELSE 'c' END`, 'b'],
  ])
  test('WHERE drops rows whose condition is NULL or fails', () => {
    const engine = engineWith(
      `CREATE STREAM s (k VARCHAR KEY, i INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE STREAM r AS SELECT k, i FROM s WHERE NOT (10 / i > 4) EMIT CHANGES;`,
    )
    const values: unknown[] = []
    engine.topic('R').subscribe((batch, source) => values.push(...rowsOf(batch, source).map((r) => r.value?.[0])))
    engine.topic('s').append([0, 1, null, 5, 9].map((i) => jsonRecord('a', { i }, 1)))
    expect(values).toEqual([5, 9])
  })
})

describe('text', () => {
  cases('LIKE', [
    [`t LIKE 'a%'`, true],
    [`t LIKE '%b%c'`, true],
    [`t LIKE 'a_b_c'`, true],
    [`t LIKE 'A%'`, false],
    [`t LIKE 'a'`, false],
    [`t LIKE 'a!%b!_c' ESCAPE '!'`, true],
    [`'axbxc' LIKE 'a!%b!_c' ESCAPE '!'`, false],
    [`t NOT LIKE 'a%'`, false],
    [`'a.c' LIKE 'a.c'`, true],
    [`'abc' LIKE 'a.c'`, false],
    [`'a\nb' LIKE 'a%b'`, true],
    [`'(x)*[y]' LIKE '(x)*[y]'`, true],
    [`nt LIKE 'a%'`, null],
    [`t LIKE nt`, null],
  ])
  cases('is compared by UTF-16 units', [
    [`'b' > 'a'`, true],
    [`'Z' < 'a'`, true],
    [`'' < 'a'`, true],
    [`'ü' > 'z'`, true],
    [`'it''s' = 'it''s'`, true],
  ])
})

describe('numbers', () => {
  cases('INT and BIGINT wrap as in Java', [
    ['2147483647 + zero + 1', -2147483648],
    ['(j - 2147483647) - 0', 2147483647],
    ['i * 1000000000', -1589934592],
    ['-(j - 2147483646)', -2147483648],
    ['big + 1', -9223372036854775808n],
    ['big * 2', -2n],
    ['-big - 2', 9223372036854775807n],
  ])
  cases('whole numbers divide towards zero', [
    ['i / j', -3],
    ['i % j', 1],
    ['-i % 2', -1],
    ['b / 7', 5n],
    ['-b / 7', -5n],
  ])
  cases('are brought to one type', [
    ['i + b', 47n],
    ['i + d', 9.5],
    ['b * d', 100],
    ['i = 7.0', true],
    ['b = 40', true],
    ['d = 2.5', true],
    ['m > d', true],
    ['m = 12.340', true],
    ['i < b AND d < m', true],
    ['big > 9.0E18', true],
  ])
  cases('DECIMAL is exact, with the scale of the result', [
    ['m + 1', Decimal.parse('13.34')],
    ['m * m', Decimal.parse('152.2756')],
    ['m - 0.005', Decimal.parse('12.335')],
    ['m % 5', Decimal.parse('2.34')],
    ['-m', Decimal.parse('-12.34')],
    ['CAST(m AS INT)', 12],
    ['CAST(m AS DOUBLE)', 12.34],
    ['CAST(m AS DECIMAL(4, 1))', Decimal.parse('12.3')],
    ['CAST(2.45 AS DECIMAL(3, 1))', Decimal.parse('2.5')],
    ['m + d', 14.84],
  ])
  cases('are cast', [
    ['CAST(d AS INT)', 2],
    ['CAST(-2.9E0 AS INT)', -2],
    ['CAST(i AS VARCHAR)', '7'],
    ['CAST(d AS VARCHAR)', '2.5'],
    ['CAST(1.0E10 AS VARCHAR)', '1.0E10'],
    [`CAST('12' AS INT)`, 12],
    [`CAST('true' AS BOOLEAN)`, true],
    ['CAST(ni AS VARCHAR)', null],
    ['CAST(NULL AS INT)', null],
    ['CAST(f AS VARCHAR)', 'true'],
  ])
  cases('BETWEEN includes its ends', [
    ['i BETWEEN 7 AND 9', true],
    ['i BETWEEN 1 AND 7', true],
    ['i BETWEEN 8 AND 1', false],
    ['i NOT BETWEEN 1 AND 6', true],
    [`t BETWEEN 'a' AND 'b'`, true],
    ['m BETWEEN 12.34 AND 12.34', true],
  ])
  cases('IN', [
    ['i IN (1, 7, 9)', true],
    ['i IN (1, 2)', false],
    ['i NOT IN (1, 2)', true],
    ['ni IN (1, 2)', false],
    [`t IN ('a%b_c')`, true],
    ['i IN (j, i)', true],
    ['i IN (ni, 8)', false],
    [`i IN ('7', '8')`, true],
    ['m IN (12.340)', true],
    ['d IN (2, 2.5)', true],
    ['a IN (ARRAY[10, NULL, 30])', true],
  ])
})

describe('parts of nested values', () => {
  cases('arrays count from 1, and from -1 at the end', [
    ['a[1]', 10],
    ['a[2]', null],
    ['a[3]', 30],
    ['a[-1]', 30],
    ['a[4]', null],
    ['a[-4]', null],
    ['a[i - 6]', 10],
    ['na[1]', null],
    ['a[ni]', null],
    ['ARRAY[1, 2, 3][2]', 2],
  ])
  cases('maps give NULL for a key they have not', [
    [`mp['one']`, 1],
    [`mp['two']`, null],
    [`mp['none']`, null],
    [`nmp['one']`, null],
    [`MAP('x' := 1, 'y' := i)['y']`, 7],
  ])
  cases('structs', [
    ['st->x', 5],
    ['st->y->z', 'deep'],
    ['nst->y->z', null],
    ['nst->x IS NULL', true],
    [`STRUCT(a := 1, b := t)->b`, 'a%b_c'],
    [`STRUCT(a := 1, b := t)`, [1, 'a%b_c']],
  ])
  cases('are compared by value', [
    ['a = ARRAY[10, NULL, 30]', true],
    ['a <> ARRAY[10]', true],
    [`mp = MAP('none' := CAST(NULL AS INT), 'one' := 1)`, true],
    [`st = STRUCT(x := 5, y := STRUCT(z := 'deep'))`, true],
  ])
  cases('lambdas', [
    ['TRANSFORM(a, x => x IS NULL)', [false, true, false]],
    ['TRANSFORM(ARRAY[1, 2], x => x * i)', [7, 14]],
    ['TRANSFORM(ARRAY[1, 2], x => TRANSFORM(ARRAY[3], y => x + y)[1])', [4, 5]],
    ['FILTER(a, x => x > 10)', [30]],
    ['REDUCE(ARRAY[1, 2, 3], 10, (s, x) => s + x)', 16],
    [`TRANSFORM(MAP('a' := 1), (k, v) => UCASE(k), (k, v) => v + 1)`, new Map([['A', 2]])],
    ['TRANSFORM(na, x => x + 1)', null],
    ['TRANSFORM(ARRAY[1, 2], x => CASE WHEN x = 1 THEN 0 ELSE 10 / (x - 1) END)', [0, 10]],
    ['TRANSFORM(a, x => x + 1)', null],
  ])
})

describe('time', () => {
  cases('compares with text', [
    [`ts > '2023-11-14'`, true],
    [`ts = '2023-11-14T22:13:20.123'`, true],
    [`dt < '2023-01-01'`, true],
    [`ROWTIME < '2020-01-01'`, true],
    ['ROWTIME', 5n],
    ['dt < ts', true],
  ])
})

describe('literals of every kind keep their values', () => {
  cases('in generated code', [
    ['-9223372036854775807 - 1', -9223372036854775808n],
    ['2147483648', 2147483648n],
    ['-2147483648 + zero', -2147483648],
    ['1.50', Decimal.parse('1.50')],
    ['0.1E0', 0.1],
    ['-0.0E0', -0],
    ['TRUE', true],
    [`''`, ''],
  ])
})

test('an expression that cannot be compiled is refused before it runs', () => {
  expect(() => evaluate('i + t')).toThrow(KsqlError)
})
