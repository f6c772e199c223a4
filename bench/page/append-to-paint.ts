import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { Random } from '../../gpuz/simulator/random.ts'
import { RecordWriter } from '../../gpuz/simulator/record-writer.ts'
import { COLUMNS, Simulator } from '../../gpuz/simulator/simulator.ts'
import type { State } from '../../web/api.ts'
import { type Figure, figure, percentile } from './figure.ts'
import { type Program, withProgram } from './program.ts'

const ROWS = 100
const BACKLOG = 60
const TEMPERATURE = COLUMNS.findIndex(({ header }) => header.startsWith('GPU Temperature'))
const TILE = '.tile[aria-label="GPU Temperature"] .value'
/** A value that is not there by then is not late but lost. */
const LOST_MS = 10_000
const LOOK_MS = 100

/** Notes when each new text of the tile is on the screen: two frames after it was set. A script as text, for it runs in the browser. */
const WATCH = `
  window.painted = {}
  new MutationObserver(() => {
    const text = document.querySelector('${TILE}')?.textContent
    if (text === undefined || text in window.painted) return
    window.painted[text] = null
    requestAnimationFrame(() => requestAnimationFrame(() => { window.painted[text] = Date.now() }))
  }).observe(document.body, { subtree: true, childList: true, characterData: true })`

/** All that was painted, once `last` was. */
const paintedUntil = (last: string): string => `
  new Promise((resolve, reject) => {
    const lost = setTimeout(() => reject(new Error('${last} °C was appended, but is not on the tile')), ${LOST_MS})
    const look = () => {
      if (!window.painted['${last}']) return requestAnimationFrame(look)
      clearTimeout(lost)
      resolve(window.painted)
    }
    look()
  })`

/** From a row's append to a log that is followed to the paint of its value on the page, for rows at irregular moments. */
export async function appendToPaint(browser: Browser): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gpumon-bench-'))
  const path = join(folder, 'live.txt')
  const log = await GrowingLog.begin(path)
  try {
    const { result: times } = await withProgram([path, '--store', join(folder, 'store.duckdb')], async (program) => {
      await untilStored(program)
      const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } })
      await page.goto(`${program.url}?view=now`)
      await page.locator(TILE).waitFor()
      await page.evaluate(WATCH)
      const appended = await appendRows(log)
      const last = appended[appended.length - 1].text
      const painted = await page.evaluate<Record<string, number>>(paintedUntil(last))
      await page.close()
      return waits(appended, painted)
    })
    return [
      figure('latency', 'append to paint, p50', percentile(times, 0.5), 'ms'),
      figure('latency', 'append to paint, p99', percentile(times, 0.99), 'ms', { atMost: 1_500 }),
    ]
  } finally {
    await log.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Until the page has a device to show: that comes with the first checkpoint. */
async function untilStored(program: Program): Promise<void> {
  while ((await program.get<State>('api/state')).devices.length === 0) await sleep(LOOK_MS)
}

interface Appended {
  /** the value as the tile shows it */
  readonly text: string
  /** when the write began, ms since 1970 */
  readonly at: number
}

async function appendRows(log: GrowingLog): Promise<Appended[]> {
  const random = new Random(1)
  const appended: Appended[] = []
  for (let row = 1; row <= ROWS; row++) {
    await sleep(random.between(400, 1_200))
    // none of these has been on the tile before
    const temperature = 40 + row / 10
    appended.push({ text: temperature.toFixed(1), at: Date.now() })
    await log.append(temperature)
  }
  return appended
}

/** ms of each row. Rows that were read together are on the tile as the last of them: then all of them are told. */
function waits(appended: readonly Appended[], painted: Readonly<Record<string, number>>): number[] {
  let next = Number.POSITIVE_INFINITY
  return appended
    .toReversed()
    .map(({ text, at }) => {
      next = Math.min(next, painted[text] ?? Number.POSITIVE_INFINITY)
      return next - at
    })
    .toReversed()
}

/** A log as a live GPU-Z writes it, with GPU temperatures to order. */
class GrowingLog {
  readonly #file: Awaited<ReturnType<typeof open>>
  readonly #writer: RecordWriter
  readonly #simulator = new Simulator(1)

  private constructor(file: Awaited<ReturnType<typeof open>>, writer: RecordWriter) {
    this.#file = file
    this.#writer = writer
  }

  /** A log that has gone on for a minute at 40 °C. */
  static async begin(path: string): Promise<GrowingLog> {
    const writer = new RecordWriter(COLUMNS)
    const log = new GrowingLog(await open(path, 'a'), writer)
    await log.#file.writeFile(writer.header)
    for (let second = BACKLOG; second > 0; second--) await log.#write(40, Date.now() - 1_000 * second)
    return log
  }

  /** One row of this moment; it is the system's, readable by all, when this returns. */
  append(temperature: number): Promise<void> {
    return this.#write(temperature, Date.now())
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #write(temperature: number, utcMs: number): Promise<void> {
    this.#simulator.step(1)
    const values = this.#simulator.values.with(TEMPERATURE, temperature)
    const record = new Uint8Array(this.#writer.width)
    this.#writer.write(record, 0, utcMs, values)
    await this.#file.writeFile(record)
  }
}
