import { DECIMAL, DOUBLE, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api'
import { sensorOf } from '../gpuz/catalogue.ts'
import type { AppendColumn } from './append.ts'

/**
 * How a sensor's readings are kept: as whole numbers of 1/10, of volts 1/10,000, which is what GPU-Z prints at most. DuckDB takes them in at twice the
 * speed of DOUBLE, where it asks of every value whether it is NaN. A sensor of whose readings one does not fit has DOUBLE from then on.
 */
export type Packing = number | null

const DIGITS = 9
const GREATEST = 10 ** DIGITS - 1

/** The decimals that a sensor gets at first. */
export function packingOf(field: string): Packing {
  return sensorOf(field)?.kind === 'voltage' ? 4 : 1
}

function packedType(packing: Packing): DuckDBType {
  return packing === null ? DOUBLE : DECIMAL(DIGITS, packing)
}

/** Reads a type as DuckDB writes it. */
function packingFrom(sqlType: string): Packing {
  const decimals = /^DECIMAL\(\d+,\s*(\d+)\)$/.exec(sqlType)?.[1]
  return decimals === undefined ? null : Number(decimals)
}

/**
 * Readings as the column has them; every NaN is one that is missing.
 * @param packed room for them, to be used again once they are appended
 * @returns null when one does not fit: it would come back as another number
 */
export function pack(
  data: Float64Array,
  nulls: Uint8Array | null,
  packing: Packing,
  packed: Int32Array,
): AppendColumn | null {
  if (packing === null) return { data, nulls }
  const scale = 10 ** packing
  for (let i = 0; i < data.length; i++) {
    const whole = Math.round(data[i] * scale)
    if (whole / scale === data[i] && whole <= GREATEST && whole >= -GREATEST) packed[i] = whole
    else if (Number.isNaN(data[i])) packed[i] = 0
    else return null
  }
  return { data: packed, nulls }
}

/** NULL for every row. */
export function absent(count: number, packing: Packing): AppendColumn {
  const data = packing === null ? new Float64Array(count) : new Int32Array(count)
  return { data, nulls: new Uint8Array(count).fill(1) }
}

/** Gives the sensor a column in `packed_readings`, and makes `readings` show it. Names are those of the catalogue, or made like them: no user's text. */
export async function addReadingColumn(connection: DuckDBConnection, field: string, packing: Packing): Promise<void> {
  await connection.run(`ALTER TABLE packed_readings ADD COLUMN ${field} ${packedType(packing)}`)
  await showReadings(connection)
}

/** Keeps the sensor as DOUBLE from now on. */
export async function widenReadingColumn(connection: DuckDBConnection, field: string): Promise<void> {
  await connection.run('DROP VIEW readings')
  await connection.run(`ALTER TABLE packed_readings ALTER COLUMN ${field} TYPE DOUBLE`)
  await showReadings(connection)
}

/** Sensors that have columns, in the order of the columns, and how each is kept. */
export async function readingPackings(connection: DuckDBConnection): Promise<Map<string, Packing>> {
  const columns = await connection.runAndReadAll(
    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'packed_readings' AND column_name NOT IN ('device', 'ts', 'source', 'row') ORDER BY column_index",
  )
  return new Map(columns.getRows().map(([name, type]) => [String(name), packingFrom(String(type))]))
}

async function showReadings(connection: DuckDBConnection): Promise<void> {
  const sensors = [...(await readingPackings(connection)).keys()].map((field) => `, ${field}::DOUBLE AS ${field}`)
  await connection.run(
    `CREATE OR REPLACE VIEW readings AS SELECT device, ts, source, row${sensors.join('')} FROM packed_readings`,
  )
}
