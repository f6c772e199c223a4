import { type Column, dataColumns, type RowsInColumns, type Source } from '../engine/index.ts'
import type { ReadingBatch, SensorColumn } from '../gpuz/batch.ts'
import { sensorOf } from '../gpuz/catalogue.ts'

/** Where readings come from: the same for every row of a log. */
export interface Provenance {
  readonly device: string
  readonly host: string
  /** identity of the log; with the ordinal of the row it identifies a reading */
  readonly source: string
}

/** Turns batches of a log's rows into columns of the stream of readings: only those that some statement reads. */
export class ReadingColumns {
  /** what a log has to be read for: canonical fields, and `other` */
  readonly fields: ReadonlySet<string>
  /** names of the wanted columns, by their names in lower case: a script may quote them */
  readonly #wanted: ReadonlyMap<string, string>
  readonly #sensors: readonly { readonly field: string; readonly column: string; readonly type: string }[]
  readonly #repeated = new Map<string, string[]>()

  /**
   * @param stream the stream as it was declared
   * @param needed its columns that some query reads
   * @throws Error for a sensor declared as something that is no number
   */
  constructor(stream: Source, needed: ReadonlySet<string>) {
    const wanted = dataColumns(stream).filter(({ name }) => needed.has(name) || name === stream.timestamp?.column)
    this.#wanted = new Map(wanted.map(({ name }) => [name.toLowerCase(), name]))
    this.#sensors = wanted.flatMap(({ name, type }) => {
      const field = name.toLowerCase()
      if (sensorOf(field) === undefined) return []
      if (type.base === 'DOUBLE' || type.base === 'INTEGER') return [{ field, column: name, type: type.base }]
      throw new Error(
        `${stream.name} declares ${name} as ${type.base}; readings of a log are DOUBLE. Write ${name} DOUBLE and CAST where another type is wanted`,
      )
    })
    this.fields = new Set([...this.#sensors.map((s) => s.field), ...(this.#wanted.has('other') ? ['other'] : [])])
  }

  of(batch: ReadingBatch, { device, host, source }: Provenance): RowsInColumns {
    const { count, ts, row, sensors, other } = batch
    const columns = new Map<string, Column>()
    const put = (field: string, data: () => Column['data']): void => {
      const name = this.#wanted.get(field)
      if (name !== undefined) columns.set(name, { data: data(), nulls: null })
    }
    put('ts', () => ts)
    put('device', () => this.#repeat(device, count))
    put('host', () => this.#repeat(host, count))
    put('source', () => this.#repeat(source, count))
    put('row', () => BigInt64Array.from(row, BigInt))
    if (other !== null) put('other', () => [...other])
    for (const { field, column, type } of this.#sensors) {
      const readings = sensors.get(field)
      if (readings !== undefined) columns.set(column, type === 'DOUBLE' ? readings : whole(readings))
    }
    return { count, columns, rowtime: ts }
  }

  /** One array per text serves all batches. */
  #repeat(text: string, count: number): string[] {
    let column = this.#repeated.get(text)
    if (column === undefined || column.length < count) {
      column = new Array<string>(Math.max(count, 4096)).fill(text)
      this.#repeated.set(text, column)
    }
    return column
  }
}

function whole({ data, nulls }: SensorColumn): Column {
  return { data: new Int32Array(data), nulls }
}
