import { EXPORTED_TABLES } from '../../jobs/influx-tables.ts'
import { openSession } from '../../store/session.ts'
import { followTo, monitored } from '../jobs/monitored.ts'

/** Line protocol of what `gpumon run --influx` writes of a log: its store, gone through by the export's own tables. @param store a new file */
export async function laptopLines(log: string, rows: number, device: string, store: string): Promise<string[]> {
  await monitored(store, (monitor) => followTo(rows, monitor, device, log))
  const session = await openSession({ path: store, zone: 'UTC', simulated: false })
  try {
    const connection = await session.connect()
    const lines: string[] = []
    for (const { next } of EXPORTED_TABLES) {
      for (let step = await next(connection, 'test'); step !== null; step = await next(connection, 'test')) {
        for (const point of step.points) lines.push(point.toLineProtocol() ?? '')
        await step.done()
      }
    }
    return lines
  } finally {
    await session.close()
  }
}
