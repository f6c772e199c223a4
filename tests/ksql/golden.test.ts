import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type SqlRecord, sql } from '../../jobs/sql.ts'
import { productStatements } from '../../jobs/statement-file.ts'
import { fedInColumns, type InputRecord } from './as-columns.ts'

/** Each folder is a test: NN-what-happens/input.json goes through the files of ksql/ up to NN. See README.md beside. */
const GOLDEN = join(import.meta.dirname, 'golden')
const KSQL = join(import.meta.dirname, '../../ksql')
const product = await productStatements()

interface ExpectedRecord {
  readonly key: unknown
  readonly timestamp?: number
  readonly window?: { readonly start: number; readonly end: number }
  /** the columns that matter to the test; null: the record deletes */
  readonly value: Readonly<Record<string, unknown>> | null
}

interface Expected {
  /** how the values were worked out */
  readonly why: readonly string[]
  /** all records of a topic, in order */
  readonly topics: RecordsByTopic
  /** what the end of the input adds to them */
  readonly atEnd?: RecordsByTopic
}
type RecordsByTopic = Readonly<Record<string, readonly ExpectedRecord[]>>

describe.each(readdirSync(GOLDEN))('%s', (name) => {
  const folder = join(GOLDEN, name)
  const input = join(folder, 'input.json')
  const { topics, atEnd = {} } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected

  test('as records, through the files up to its own', async () => {
    const files = readdirSync(KSQL).filter((file) => file.endsWith('.ksql') && file.slice(0, 2) <= upTo(name))
    const records: SqlRecord[] = []
    const { errors } = await sql(
      { files: files.sort().map((file) => join(KSQL, file)), inputs: [input], timezone: 'UTC' },
      { onRecords: (some) => records.push(...some) },
    )
    expect(errors).toEqual([])
    compare(records, topics)
  })

  test('in columns, through all files', () => {
    const given = fedInColumns(product, JSON.parse(readFileSync(input, 'utf8')) as InputRecord[])
    expect(given.errors).toEqual([])
    compare(given.records, topics)
    compare(given.atEnd, atEnd)
  })
})

function compare(records: readonly SqlRecord[], topics: RecordsByTopic): void {
  for (const [topic, expected] of Object.entries(topics)) {
    const actual = records.filter((record) => record.from === topic)
    expect({ topic, records: actual.map((record, i) => asExpected(record, expected[i])) }).toEqual({
      topic,
      records: expected,
    })
  }
}

/** Limits do nothing by themselves: they show in alerts. */
function upTo(name: string): string {
  return name.startsWith('02') ? '03' : name.slice(0, 2)
}

/** A record with what is expected of it; all of it where no record is expected any more. */
function asExpected(record: SqlRecord, expected: ExpectedRecord | undefined): unknown {
  const { key, value, timestamp, window } = record
  const whole = { key: parsed(key), timestamp, window, value: parsed(value) }
  if (expected === undefined) return whole
  return {
    key: whole.key,
    ...('timestamp' in expected ? { timestamp } : {}),
    ...('window' in expected ? { window } : {}),
    value: only(whole.value, expected.value),
  }
}

function only(value: unknown, expected: ExpectedRecord['value']): unknown {
  if (expected === null || value === null) return value
  return Object.fromEntries(Object.keys(expected).map((name) => [name, (value as Record<string, unknown>)[name]]))
}

/** Hand-made numbers have nine digits after the point. */
function parsed(json: string | null): unknown {
  if (json === null) return null
  return JSON.parse(json, (_, item: unknown) => (typeof item === 'number' ? Number(item.toFixed(9)) : item))
}
