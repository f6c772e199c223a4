import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { gpumon } from './gpumon.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gpumon-cli-sql-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function file(name: string, content: string): string {
  const path = join(scratch, name)
  writeFileSync(path, content)
  return path
}

const script = file(
  'counts.sql',
  `CREATE STREAM clicks (page VARCHAR KEY, n INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE counts AS SELECT page, SUM(n) AS n FROM clicks WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY page;`,
)
const records = file(
  'clicks.json',
  '{"key": "a", "value": {"n": 1}, "timestamp": 1000}\n{"key": "a", "value": {"n": "?"}, "timestamp": 2000}\n',
)

describe('gpumon sql', () => {
  test('prints records for a person, and what could not be read beside them', async () => {
    expect(await gpumon('sql', script, '--input', records)).toEqual({
      code: 0,
      stdout: 'COUNTS  1970-01-01T00:00:01.000Z  "a" [1970-01-01T00:00:00.000Z to 1970-01-01T00:01:00.000Z]  {"N":1}\n',
      stderr: expect.stringMatching(/^topic clicks: record 1 cannot be read as JSON: /),
    })
  })

  test('prints one JSON object a line with --json', async () => {
    const { code, stdout } = await gpumon('sql', script, '--json', '--input', records)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      topic: 'COUNTS',
      key: 'a',
      value: { N: 1 },
      timestamp: 1000,
      window: { start: 0, end: 60_000 },
    })
  })

  test('shows a broken statement with its place, and ends with 1', async () => {
    const broken = file('broken.sql', 'CREATE STREAM s AS\n  SELECT * FROM click;')
    const { code, stdout, stderr } = await gpumon('sql', script, broken)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/broken\.sql:2:17: .*\n {4}2 \| {3}SELECT \* FROM click;\n {6}\| {17}\^\n.*CLICKS/)
  })

  test('says what is wrong with its files', async () => {
    expect(await gpumon('sql', join(scratch, 'none.sql'))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/none\.sql: no such file or folder/),
    })
    expect(await gpumon('sql', script, '--inptu', records)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Did you mean --input/),
    })
  })
})
