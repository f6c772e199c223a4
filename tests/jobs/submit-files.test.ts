import { mkdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../jobs/package-root.ts'
import { readSubmitFiles } from '../../jobs/submit-files.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()
const base = scratch.path('')
const STATEMENT = 'CREATE TYPE t AS STRUCT<a INT>;'

describe('files to be submitted', () => {
  test("of the product come in the order of their numbers, each kind for itself, under the project's own names", async () => {
    const { statements, schemas, connectors } = await readSubmitFiles(['schemas', 'ksql', 'connect'], packageRoot())
    expect(statements.map(({ name }) => name.replace(/^.*\/(\d+).*$/, '$1'))).toEqual([
      '01',
      '02',
      '03',
      '04',
      '05',
      '06',
      '07',
      '08',
    ])
    expect(statements[0].name).toBe('ksql/01-readings.ksql')
    expect(schemas.map(({ file, subject }) => [file, subject])).toEqual([
      ['schemas/gpu-reading.avsc', 'gpu.readings-value'],
    ])
    expect(connectors.map(({ file, name }) => [file, name])).toEqual([
      ['connect/hdfs.json', 'hdfs'],
      ['connect/influxdb.json', 'influxdb'],
    ])
  })

  test('of a folder are sorted by number, below it too, and what is named twice is read once', async () => {
    mkdirSync(scratch.path('f/more'), { recursive: true })
    for (const name of ['f/10-z.ksql', 'f/2-b.ksql', 'f/more/3-c.ksql']) scratch.write(name, STATEMENT)
    scratch.write('f/README.md', 'not for a server')
    const { statements } = await readSubmitFiles(['f/10-z.ksql', 'f/', 'f/more'], base)
    expect(statements.map(({ name }) => name)).toEqual(['f/10-z.ksql', 'f/2-b.ksql', 'f/more/3-c.ksql'])
  })

  test('of another schema are named after their subject', async () => {
    scratch.write('orders-value.avsc', '{ "type": "record", "name": "Order", "fields": [] }')
    const { schemas } = await readSubmitFiles(['orders-value.avsc'], base)
    expect(schemas).toEqual([
      {
        file: 'orders-value.avsc',
        subject: 'orders-value',
        schema: '{"type":"record","name":"Order","fields":[]}',
      },
    ])
  })

  test.each([
    ['notes.txt', '', 'notes.txt is no file that can be submitted'],
    ['order.avsc', '"string"', 'name it after its topic, as in orders-value.avsc'],
    ['broken-value.avsc', '{\n "type": "recrd"}', 'broken-value.avsc is no Avro schema'],
    ['list.json', '[]', 'list.json is no configuration of a connector'],
    ['number.json', '{"connector.class": "X", "tasks.max": 1}', '"tasks.max" is 1; Connect takes text alone'],
    ['nested.json', '{"name": "x", "config": "y"}', 'add "connector.class"'],
    ['comma.json', '{\n  "a": "b",\n}', 'comma.json:3:1: no JSON'],
  ])('%s is refused with its name and what to do', async (name, text, words) => {
    scratch.write(name, text)
    await expect(readSubmitFiles([name], base)).rejects.toThrow(words)
  })

  test('that are not there are told as the operating system does', async () => {
    await expect(readSubmitFiles(['nowhere.ksql'], base)).rejects.toThrow('ENOENT')
  })
})
