import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Range, State } from '../../web/api.ts'
import { CHARTED_SENSORS } from '../charted-sensors.ts'
import { type Figure, figure, percentile } from './figure.ts'
import { processMemory } from './process-memory.ts'
import { type Program, withProgram } from './program.ts'

const DAY = 86_400_000
const SPANS = [
  ['year', 365 * DAY],
  ['month', 30 * DAY],
  ['week', 7 * DAY],
  ['day', DAY],
  ['hour', DAY / 24],
  ['10 minutes', DAY / 144],
] as const
const PLACES = 5
const PIXELS = 1_400
const IDLE_MS = 10_000

/**
 * The program on a store that is full already: its memory while nobody asks, then the answers to zooms of every length at places all over the
 * store, from the question to the last byte on a connection that is kept.
 */
export async function zoom(store: string): Promise<Figure[]> {
  const log = join(dirname(store), 'empty.txt')
  await writeFile(log, '')
  const { result } = await withProgram([log, '--store', store], async (program) => {
    await sleep(IDLE_MS)
    const idle = await processMemory(program.pid, 'VmRSS')
    const memory = idle === null ? [] : [figure('zoom', 'resident memory, idle', idle, 'MiB')]
    return [...memory, ...(await zooms(program))]
  })
  return result
}

async function zooms(program: Program): Promise<Figure[]> {
  const { devices } = await program.get<State>('api/state')
  const device = devices.find(({ rows }) => rows > 0)
  if (device === undefined || device.first === null || device.last === null)
    throw new Error('no device of the store has readings. Remove the store, it is filled again.')
  const { first } = device
  // the reading of each second stands for that second
  const length = device.last - first + 1_000
  const figures: Figure[] = []
  for (const [name, span] of SPANS) {
    if (span > length) {
      console.error(`zoom: ${name} is left out, the store is shorter`)
      continue
    }
    const times: number[] = []
    for (let place = 0; place < PLACES; place++) {
      const from = first + Math.floor(((length - span) * place) / (PLACES - 1) / 1_000) * 1_000
      // a millisecond more each time: the same question is answered from memory
      times.push(await ask(program, device.device, from, from + span + place))
    }
    figures.push(
      figure('zoom', `${name}, 8 sensors, p50`, percentile(times, 0.5), 'ms'),
      figure('zoom', `${name}, 8 sensors, max`, Math.max(...times), 'ms', { atMost: 150 }),
    )
  }
  return figures
}

/** @returns ms */
async function ask(program: Program, device: string, from: number, to: number): Promise<number> {
  const query = new URLSearchParams({
    device,
    sensors: CHARTED_SENSORS.join(),
    from: String(from),
    to: String(to),
    pixels: String(PIXELS),
  })
  const begun = performance.now()
  const { t } = await program.get<Range>(`api/range?${query}`)
  const ms = performance.now() - begun
  if (t.length === 0)
    throw new Error(`no readings between ${new Date(from).toISOString()} and ${new Date(to).toISOString()}`)
  return ms
}
