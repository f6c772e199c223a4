import type { DuckDBConnection } from '@duckdb/node-api'
import type { SessionInfo } from '../web/api.ts'
import { deviceId } from './span.ts'

/**
 * Sessions of a device, oldest first.
 * @throws QueryError for an unknown device
 */
export async function readSessions(connection: DuckDBConnection, device: string): Promise<SessionInfo[]> {
  await deviceId(connection, device)
  const reader = await connection.runAndReadAll(
    `SELECT id, device, scenario, epoch_ms(started)::DOUBLE AS started, epoch_ms(ended)::DOUBLE AS ended, open,
       load_avg AS "loadAvg", temperature_max AS "temperatureMax", energy_wh AS "energyWh"
     FROM sessions WHERE device = $device ORDER BY started, id`,
    { device },
  )
  return reader.getRowObjectsJS() as unknown as SessionInfo[]
}
