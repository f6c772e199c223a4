import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type LogColumn, RecordWriter } from '../../../gpuz/simulator/record-writer.ts'
import { COLUMNS } from '../../../gpuz/simulator/simulator.ts'
import { describeWithShared } from '../../shared.ts'

function print(columns: readonly LogColumn[], localMs: number, values: readonly number[]): string {
  const writer = new RecordWriter(columns)
  const record = new Uint8Array(writer.width)
  writer.write(record, 0, localMs, Float64Array.from(values))
  return Buffer.from(record).toString('latin1')
}

describeWithShared('a real log is reproduced byte for byte from its values', (shared) => {
  test.each([
    ['nvidia-rtx2080-2023-30-columns.txt', 30],
    ['nvidia-rtx4060-2024.txt', 23],
    ['nvidia-gtx1080ti-2026-before.txt', 25],
  ])('%s', (name, columnCount) => {
    const original = readFileSync(join(shared, 'gpuz', 'logs', name)).toString('latin1')
    const [headerLine, ...lines] = original.split('\r\n').slice(0, -1)
    const headers = headerLine.split(',').slice(1, -1)
    expect(headers.length + 1).toBe(columnCount)
    const cells = lines.map((line) => line.split(',').slice(0, -1))
    const columns = headers.map((header, i) => {
      const sample = cells.map((row) => row[i + 1].trim()).find((value) => value !== '-') ?? '0'
      return { header: header.slice(1, -1), decimals: sample.includes('.') ? sample.split('.')[1].length : 0 }
    })
    const writer = new RecordWriter(columns)
    const written = Buffer.alloc(writer.width * (lines.length + 1))
    written.set(writer.header)
    cells.forEach(([stamp, ...row], i) => {
      const localMs = Date.parse(`${stamp.trim().replace(' ', 'T')}Z`)
      const values = Float64Array.from(row, (value) => (value.trim() === '-' ? Number.NaN : Number(value)))
      writer.write(written, writer.width * (i + 1), localMs, values)
    })
    expect(written.equals(Buffer.from(original, 'latin1'))).toBe(true)
  })
})

describe('a record', () => {
  test('has the length of its header and ends in comma, CR, LF', () => {
    const writer = new RecordWriter(COLUMNS)
    const header = Buffer.from(writer.header).toString('latin1')
    const record = print(
      COLUMNS,
      0,
      COLUMNS.map(() => 1),
    )
    expect(record.length).toBe(header.length)
    expect(record.endsWith(',\r\n')).toBe(true)
    expect(header).toContain('GPU Temperature [\xb0C]')
  })

  test('prints zero, small, negative and missing values as GPU-Z does', () => {
    const columns = [
      { header: 'GPU Voltage [V]', decimals: 4 },
      { header: 'GPU Load [%]', decimals: 0 },
      { header: 'CPU Temperature [°C]', decimals: 1 },
      { header: 'Fan Speed (RPM) [RPM]', decimals: 0 },
    ]
    const cells = print(columns, Date.UTC(2024, 1, 29, 23, 59, 59), [0, 0, -10, Number.NaN]).split(',')
    expect(cells).toEqual([
      '2024-02-29 23:59:59 ',
      '        0.0000   ',
      '          0   ',
      '              -10.0   ',
      '                   -   ',
      '\r\n',
    ])
  })

  test('rounds to nothing without a minus sign', () => {
    expect(print([{ header: 'CPU Temperature [°C]', decimals: 1 }], 0, [-0.04])).toContain(' 0.0 ')
  })

  test('refuses a value that its column cannot hold', () => {
    expect(() => print([{ header: 'X [V]', decimals: 4 }], 0, [123456])).toThrow(/123456 does not fit column 0/)
  })
})
