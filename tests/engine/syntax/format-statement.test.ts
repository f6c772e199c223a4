import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CreateAsSelect, InsertSelect } from '../../../engine/syntax/index.ts'
import { formatSelectStatement, parseStatement } from '../../../engine/syntax/index.ts'
import { describeWithShared } from '../../shared.ts'

function format(text: string): string {
  return formatSelectStatement(parseStatement(text) as CreateAsSelect | InsertSelect)
}

describe('a statement with a SELECT as ksqlDB prints it', () => {
  test('one column stays in the first line', () => {
    expect(format('create stream a as select b from c')).toBe('CREATE STREAM A AS SELECT B\nFROM C C\nEMIT CHANGES')
  })

  test('clauses in lines of their own, properties in the order of their names', () => {
    expect(
      format(
        `CREATE OR REPLACE TABLE a WITH (partitions=2, kafka_topic='t') AS SELECT b bb, COUNT(*) AS \`n\` FROM c x
          WINDOW HOPPING (SIZE 90 SECONDS, ADVANCE BY 500 MILLISECONDS, RETENTION 2 DAYS, GRACE PERIOD 1 HOUR)
          WHERE b > 1 AND b < 2e0 GROUP BY b, d HAVING COUNT(*) = 'x' EMIT FINAL;`,
      ),
    ).toBe(
      [
        "CREATE OR REPLACE TABLE A WITH (KAFKA_TOPIC='t', PARTITIONS=2) AS SELECT",
        '  B BB,',
        '  COUNT(*) `n`',
        'FROM C X',
        'WINDOW HOPPING ( SIZE 90 SECONDS , ADVANCE BY 500 MILLISECONDS , RETENTION 2 DAYS , GRACE PERIOD 1 HOURS ) ',
        'WHERE ((B > 1) AND (B < 2E0))',
        'GROUP BY B, D',
        "HAVING (COUNT(*) = 'x')",
        'EMIT FINAL',
      ].join('\n'),
    )
  })

  test('joins in lines of their own', () => {
    expect(
      format(
        'INSERT INTO a SELECT *, l.*, s->* FROM l JOIN r b WITHIN (1 MINUTE, 2 SECONDS) GRACE PERIOD 1 DAY ON l.k = b.k LEFT JOIN t ON l.k = t.k PARTITION BY k',
      ),
    ).toBe(
      [
        'INSERT INTO A SELECT',
        '  *,',
        '  L.*,',
        '  S->*',
        'FROM L L',
        'INNER JOIN R B WITHIN (1 MINUTES, 2 SECONDS) GRACE PERIOD 1 DAYS ON ((L.K = B.K))',
        'LEFT OUTER JOIN T T ON ((L.K = T.K))',
        'PARTITION BY K',
        'EMIT CHANGES',
      ].join('\n'),
    )
  })

  test('can be read again, and is printed the same', () => {
    const printed = format(
      'CREATE STREAM a AS SELECT a + 1 AS `select`, CASE WHEN f THEN x END AS c FROM b FULL OUTER JOIN d WITHIN 1 DAY ON b.a = d.a WHERE NOT f LIMIT 3',
    )
    expect(format(printed)).toBe(printed)
  })
})

describeWithShared('statements as a real server printed them', (shared) => {
  const found = new Set<string>()
  JSON.parse(readFileSync(join(shared, 'ksqldb', 'rest', 'transcripts.json'), 'utf8'), (key, value: unknown) => {
    if (key !== 'statementText' && key !== 'queryString') return value
    if (typeof value === 'string' && / AS SELECT\s[^;]*\n/.test(value)) found.add(value)
    return value
  })
  const texts = [...found]

  test('there are some', () => {
    expect(texts.length).toBeGreaterThan(3)
  })

  test.each(texts)('%s', (text) => {
    expect(`${format(text)};`).toBe(text)
  })
})
