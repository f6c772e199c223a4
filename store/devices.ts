import type { DuckDBConnection } from '@duckdb/node-api'
import type { DeviceInfo } from '../web/api.ts'
import { presentFields } from './fields.ts'
import { deviceNames } from './span.ts'
import { numbersOfRow, timestamp } from './sql.ts'

/** A device as it is stored; what its log is, is not known here. */
export type StoredDevice = Omit<DeviceInfo, 'live' | 'simulated'>

/** All devices, in the order in which they were first seen. */
export async function readDevices(connection: DuckDBConnection): Promise<StoredDevice[]> {
  const devices: StoredDevice[] = []
  for (const { id, device } of await deviceNames(connection))
    devices.push({ device, ...(await readingsOf(connection, id)) })
  return devices
}

async function readingsOf(connection: DuckDBConnection, id: number): Promise<Omit<StoredDevice, 'device'>> {
  const [first, last, rows] = await numbersOfRow(
    connection,
    'SELECT epoch_ms(min(ts))::DOUBLE, epoch_ms(max(ts))::DOUBLE, count(*)::DOUBLE FROM readings WHERE device = $id::INTEGER',
    { id },
  )
  const sensors = await presentFields(connection, id)
  if (sensors.length === 0 || last === null) return { first, last, rows: rows!, sensors: [], latest: {} }
  const values = await numbersOfRow(
    connection,
    `SELECT ${sensors.join(', ')} FROM readings WHERE device = $id::INTEGER AND ts = $last`,
    { id, last: timestamp(last) },
  )
  return {
    first,
    last,
    rows: rows!,
    sensors,
    latest: Object.fromEntries(sensors.map((field, index) => [field, values[index]])),
  }
}
