import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { answeredStatements, placeOf } from '../../../ksql-rest/client/statement-place.ts'
import { describeWithShared } from '../../shared.ts'

interface Exchange {
  readonly request: { readonly body: { readonly ksql?: string } | string | null }
  readonly response: { readonly status: number; readonly body: { readonly statementText?: string } | readonly object[] }
}

describeWithShared('statements as a real server prints them', (shared) => {
  const recorded = JSON.parse(readFileSync(join(shared, 'ksqldb/rest/transcripts.json'), 'utf8')) as Exchange[]
  const sent = recorded.flatMap(({ request: { body }, response }) =>
    typeof body === 'object' && body?.ksql !== undefined ? [{ ksql: body.ksql, response }] : [],
  )

  test('that of an error is found among others', () => {
    const errors = sent.flatMap(({ ksql, response: { body } }) =>
      'statementText' in body && body.statementText !== undefined ? [{ ksql, text: body.statementText }] : [],
    )
    expect(errors.length).toBeGreaterThan(10)
    for (const { ksql, text } of errors) {
      const before = ksql.includes('CREATE STREAM ok1') ? '' : "SET 'a'='b';\n\n  "
      const line = ksql.includes('CREATE STREAM ok1') ? 1 : 3
      expect(placeOf(before + ksql, text), text).toMatchObject({ line })
    }
  })

  test('as many are answered as there are entities', () => {
    for (const { ksql, response } of sent) {
      if (response.status !== 200 || !Array.isArray(response.body) || /^SELECT/.test(ksql)) continue
      expect(answeredStatements(ksql), ksql).toHaveLength(response.body.length)
    }
  })
})

test('a statement that fits several, or none, has no place', () => {
  const script = 'DROP STREAM a; DROP STREAM b;\nINSERT INTO s VALUES (1); INSERT INTO s VALUES (2);'
  expect(placeOf(script, 'DROP STREAM c;')).toBeNull()
  expect(placeOf(script, "INSERT INTO `S` VALUES ('[value]');")).toBeNull()
  expect(placeOf(script, 'DROP STREAM B;')).toMatchObject({ line: 1, column: 16 })
  expect(placeOf("SELECT 'open", "SELECT 'open")).toBeNull()
})
