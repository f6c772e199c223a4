import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { engineWith, jsonRecord, rowsOf, run, watch } from '../engine/harness.ts'
import { check } from '../engine/property.ts'

/** Texts that would end, or be, JavaScript code if they came into the generated source as they are. */
const NASTY = [
  `'`,
  `"`,
  '\\',
  '\n',
  '\r\n',
  '\u2028\u2029',
  `$` + '{1}',
  '*/ /*',
  '// x',
  '`',
  '</script>',
  '\u0000',
  '\ud800',
  `"); globalThis.owned = true; ("`,
  `'); globalThis.owned = true; ('`,
  `\\"); globalThis.owned = true; //`,
  `*/ globalThis.owned = true; /*`,
  '__proto__',
  'constructor',
  'K0',
  '%_.*+?^[](){}|',
]

const text = (value: string) => `'${value.replaceAll(`'`, `''`)}'`
const name = (value: string) => `\`${value.replaceAll('`', '``')}\``

afterEach(() => {
  expect(globalThis).not.toHaveProperty('owned')
})

describe('SQL text never becomes code', () => {
  test.each(NASTY.map((value) => ({ value })))('in literals: $value', ({ value }) => {
    const statements = `CREATE STREAM s (k VARCHAR KEY, v VARCHAR, m MAP<VARCHAR, INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM r AS SELECT k, ${text(value)} AS a, v = ${text(value)} AS b, v IN ('x', ${text(value)}) AS c, m[${text(value)}] AS d,
        CASE v WHEN ${text(value)} THEN ${text(value)} END AS e, v + ${text(value)} AS f, ARRAY[${text(value)}] AS g,
        TRANSFORM(ARRAY[v], x => x + ${text(value)}) AS h, CONCAT(v, ${text(value)}) AS i, MAP(${text(value)} := 1) AS j
        FROM s WHERE v LIKE '%' EMIT CHANGES;`
    // a record carries text as UTF-8, where a lone surrogate has no place
    const carried = Buffer.from(value).toString()
    const same = carried === value
    expect(run(statements, 's', [jsonRecord('a', { v: carried, m: { [carried]: 7 } }, 1)], 'R')[0]?.value).toEqual([
      value,
      same,
      same,
      same ? 7 : null,
      same ? value : null,
      carried + value,
      [value],
      [carried + value],
      carried + value,
      new Map([[value, 1]]),
    ])
  })

  test.each(NASTY.map((value) => ({ value })))('in patterns: $value', ({ value }) => {
    const statements = `CREATE STREAM s (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM r AS SELECT k, v LIKE ${text(`${value}%`)} AS a, v LIKE ${text(`${value.slice(0, 1)}%`)} ESCAPE ${text(value.slice(0, 1))} AS b
      FROM s EMIT CHANGES;`
    const carried = Buffer.from(value).toString()
    const [row] = run(statements, 's', [jsonRecord('a', { v: `${carried} and more` }, 1)], 'R')
    expect(row?.value?.[0]).toBe(carried === value)
    expect(typeof row?.value?.[1]).toBe('boolean')
  })

  test.each(NASTY.filter((value) => !value.includes('\ud800')).map((value) => ({ value })))(
    'in names: $value',
    ({ value }) => {
      const n = name(value)
      const engine = engineWith(`
      CREATE STREAM ${n} (${n} VARCHAR KEY, ${name(`${value}2`)} STRUCT<${n} INT>, h BYTES HEADER(${text(value)}))
        WITH (KAFKA_TOPIC=${text(value)}, VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM ${name(`${value}r`)} WITH (KAFKA_TOPIC='r') AS SELECT ${n}, ${name(`${value}2`)}->${n} + 1 AS ${name(`${value}3`)}, h IS NULL AS h FROM ${n} EMIT CHANGES;
      CREATE TABLE ${name(`${value}t`)} WITH (KAFKA_TOPIC='t') AS SELECT ${n}, SUM(${name(`${value}3`)}) AS ${name(`${value}4`)} FROM ${name(`${value}r`)} GROUP BY ${n} EMIT CHANGES;
      CREATE STREAM ${name(`${value}j`)} WITH (KAFKA_TOPIC='j') AS SELECT ${name('"l"')}.${n} AS ${n}, ${name(`r\n`)}.${name(`${value}4`)} AS s
        FROM ${n} ${name('"l"')} JOIN ${name(`${value}t`)} ${name(`r\n`)} ON ${name('"l"')}.${n} = ${name(`r\n`)}.${n} EMIT CHANGES;`)
      const outputs = watch(engine)
      const record = jsonRecord('a', { [`${value}2`]: Object.fromEntries([[value, 1]]) }, 1)
      const proto = Buffer.from(`{${JSON.stringify(`${value}2`)}: {${JSON.stringify(value)}: 1}}`)
      engine.topic(value).append([
        { ...record, value: proto },
        { ...record, value: proto, headers: [{ key: value, value: null }] },
      ])
      expect(outputs.get('r')?.map((r) => r.value)).toEqual([
        [2, true],
        [2, true],
      ])
      expect(outputs.get('t')?.map((r) => r.value)).toEqual([[2], [4]])
      expect(outputs.get('j')?.map((r) => r.value)).toEqual([[2], [4]])
    },
  )

  test('in values of records, whatever they are', () => {
    check(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.string({ unit: 'grapheme', maxLength: 20 }),
        (literal, value) => {
          const engine =
            engineWith(`CREATE STREAM s (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
          CREATE STREAM r AS SELECT k, v, ${text(literal)} AS l, v = ${text(literal)} AS same FROM s EMIT CHANGES;`)
          let row: unknown
          engine.topic('R').subscribe((batch, source) => {
            row = rowsOf(batch, source)[0]?.value
          })
          engine.topic('s').appendRecord(jsonRecord('a', { v: value }, 1))
          expect(row).toEqual([value, literal, value === literal])
        },
      ),
      200,
    )
  })
})
