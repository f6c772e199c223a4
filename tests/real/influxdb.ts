import { join } from 'node:path'
import { Influxd } from '../jobs/influxd.ts'
import type { RealServers } from './global-setup.ts'

/** As docker-compose.yml has it. */
const ORG = 'gpu'

/** The InfluxDB of this run; the first who asks starts it. @throws Error where it does not start */
export async function startedInfluxdb({ folder }: RealServers): Promise<Influxd> {
  const influxd = new Influxd(ORG, join(folder, 'influxdb'))
  await influxd.start()
  return influxd
}
