import { readFileSync } from 'node:fs'
import avsc from 'avsc'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../gpuz/catalogue.ts'
import { ksqlColumns, readingFields } from '../../gpuz/reading-schema.ts'
import { schemaFiles } from '../../schemas/generate.ts'

const folder = new URL('../../schemas/', import.meta.url)

describe('schemas', () => {
  it('are checked in as the catalogue generates them (npm run build && node dist/schemas/generate.js)', () => {
    for (const [name, text] of schemaFiles()) {
      expect(readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n'), name).toBe(text)
    }
  })

  it('carry a reading with sensors that are null, and one of every sensor', () => {
    const type = avsc.Type.forSchema(JSON.parse(schemaFiles().get('gpu-reading.avsc') ?? ''))
    const origin = {
      device: 'gpu',
      ts: 1_700_000_000_000,
      host: 'pc',
      source: 'log',
      row: 7,
      other: { 'Mystery [x]': 1.5 },
    }
    for (const value of [null, 42]) {
      const reading = { ...origin, ...Object.fromEntries(catalogue.map(({ field }) => [field, value])) }
      expect({ ...(type.fromBuffer(type.toBuffer(reading)) as object) }).toEqual(reading)
    }
  })

  it('name the columns that ksql/01-readings.ksql declares', () => {
    const sql = readFileSync(new URL('../../ksql/01-readings.ksql', import.meta.url), 'utf8')
    const declared = sql.replace(/--.*$/gmu, '').match(/gpu_readings \(([\s\S]*?)\) WITH/u)?.[1] ?? ''
    const plain = (text: string): string[] => text.split(/,\s*\n/u).map((column) => column.trim().replace(/\s+/gu, ' '))
    expect(plain(declared)).toEqual(plain(ksqlColumns()))
  })

  it('have one field a sensor', () => {
    const names = readingFields.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toHaveLength(catalogue.length + 6)
  })
})
