import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeLog } from '../../gpuz/simulator/write-log.ts'
import { adviceFor } from '../../jobs/advice.ts'
import { watch } from '../web/browser.ts'
import { CHROMIUM_PLACES, chromiumPath } from '../web/chromium.ts'
import { Serving } from './serving.ts'

/** Real logs, the real program, a real browser: nothing stands in for anything. */
const folder = mkdtempSync(join(tmpdir(), 'gpumon-page-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const ENV = { XDG_DATA_HOME: join(folder, 'data'), INFLUX_TOKEN: '' }
const path = (name: string): string => join(folder, name)
const START = Date.UTC(2024, 5, 1, 12)
const SECOND = 1_000

/** A log as GPU-Z writes it, of an idle card; readings can be set row by row. */
class Log {
  readonly path: string
  readonly #names: readonly string[]
  readonly #row: readonly string[]
  #rows = 0

  private constructor(path: string, header: string, row: string) {
    this.path = path
    this.#names = header.split(',').map((name) => name.trim())
    this.#row = row.split(',')
    writeFileSync(path, `${header}\r\n`, 'latin1')
  }

  static async create(name: string): Promise<Log> {
    await writeLog(path('sample.txt'), 1, { seed: 3, start: START, timezone: 'UTC' })
    const [header = '', row = ''] = readFileSync(path('sample.txt'), 'latin1').split('\r\n')
    return new Log(path(name), header, row)
  }

  /** Appends so many rows, a second apart, `pauseMs` after the row before; readings by the beginning of their header. */
  append(rows: number, readings: Readonly<Record<string, number>> = {}, pauseMs = 0): void {
    this.#rows += pauseMs / SECOND
    const lines = Array.from({ length: rows }, () => {
      const time = new Date(START + this.#rows++ * SECOND).toISOString().slice(0, 19).replace('T', ' ')
      const fields = this.#row.map((field, i) => {
        const given = Object.entries(readings).find(([name]) => this.#names[i]?.startsWith(name))?.[1]
        if (i === 0) return `${time} `
        return given === undefined ? field : `${given.toFixed(1).padStart(field.length - 1)} `
      })
      return `${fields.join(',')}\r\n`
    })
    appendFileSync(this.path, lines.join(''), 'latin1')
  }
}

const program = chromiumPath()
const skipped = program === undefined && process.env['CI'] !== '1'
if (skipped) console.warn('skipped "the page of the real program": no Chromium found (set CHROMIUM to its path)')

describe.skipIf(skipped)('the page of the real program', () => {
  let browser: Browser | undefined
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program ?? CHROMIUM_PLACES[0], args: ['--no-sandbox'] })
  })
  afterAll(() => browser?.close())

  /** The program on these logs and its page, which must not complain; ended by Ctrl-C. */
  async function onPage(logs: readonly Log[], address: string, look: (page: Page) => Promise<void>): Promise<void> {
    if (browser === undefined) throw new Error('the browser did not start')
    const store = path(`${expect.getState().currentTestName?.replaceAll(/\W+/g, '-')}.duckdb`)
    const serving = await Serving.start([...logs.map((log) => log.path), '--store', store], ENV)
    const complaints: string[] = []
    const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } })
    try {
      const page = await context.newPage()
      watch(page, serving.url, complaints)
      await page.goto(`${serving.url}${address}`)
      await look(page)
    } finally {
      await context.close()
      expect((await serving.interrupt()).code).toBe(0)
    }
    expect(complaints).toEqual([])
  }

  test('a row that is appended is on the tiles; one that breaks a limit is an alert, which clears', async () => {
    const log = await Log.create('card.txt')
    log.append(60, { 'GPU Temperature': 40 })
    await onPage([log], '?view=now', async (page) => {
      const tile = page.locator('.tile[aria-label="GPU Temperature"] .value')
      await tile.getByText('40.0').waitFor()
      log.append(1, { 'GPU Temperature': 41.5 })
      await tile.getByText('41.5').waitFor()

      log.append(3, { 'GPU Temperature': 91 })
      await page.getByRole('link', { name: /^Alerts [1-9]/ }).click()
      const now = page.locator('.episodes').first()
      await now.getByText(adviceFor('gpu-critical').title, { exact: true }).waitFor()
      await now.getByText(adviceFor('gpu-critical').todo).waitFor()
      log.append(5, { 'GPU Temperature': 40 }, 600 * SECOND)
      await page.getByText('No alert goes on.').waitFor()
      await page.getByRole('link', { name: 'Alerts', exact: true }).waitFor()
    })
  }, 60_000)

  test('a drag on a chart asks the store for just that range', async () => {
    const log = await Log.create('zoomed.txt')
    log.append(3_600, { 'GPU Temperature': 50 })
    await onPage([log], '?view=charts&last=1h', async (page) => {
      const plot = page.locator('.panel:not(.timeline)').first().locator('.u-over')
      await plot.waitFor()
      const box = await plot.boundingBox()
      if (box === null) throw new Error('no chart')
      const zoomed = page.waitForResponse((response) => {
        const query = new URL(response.url()).searchParams
        return response.url().includes('/api/range') && Number(query.get('to')) - Number(query.get('from')) < 1_000_000
      })
      await page.mouse.move(box.x + 0.25 * box.width, box.y + 30)
      await page.mouse.down()
      await page.mouse.move(box.x + 0.5 * box.width, box.y + 30, { steps: 5 })
      await page.mouse.up()
      const response = await zoomed
      const { from, to, t, bucket } = (await response.json()) as {
        from: number
        to: number
        t: number[]
        bucket: number
      }
      const hour = 3_599 * SECOND
      expect(Math.abs(from - (START + 0.25 * hour))).toBeLessThan(0.01 * hour)
      expect(Math.abs(to - (START + 0.5 * hour))).toBeLessThan(0.01 * hour)
      expect(bucket).toBe(0)
      expect(Math.abs(t.length - 900)).toBeLessThan(40)
    })
  }, 60_000)

  test('two logs are compared: the difference is the one between them', async () => {
    const [a, b] = [await Log.create('before.txt'), await Log.create('after.txt')]
    a.append(600, { 'GPU Temperature': 60, 'GPU Load': 90 })
    b.append(600, { 'GPU Temperature': 53.5, 'GPU Load': 90 })
    await onPage([a, b], '?view=sessions', async (page) => {
      await page.getByRole('button', { name: 'A: whole log of before' }).click()
      await page.getByRole('button', { name: 'B: whole log of after' }).click()
      await page.getByText(/B ran 6\.5 °C cooler/).waitFor()
      const row = page.getByRole('row', { name: /^GPU Temperature/ })
      expect(await row.locator('td').last().textContent()).toBe('−6.5')
    })
  }, 60_000)

  test('a zip of logs dropped on the page is read: each log is a device', async () => {
    const [log, dropped] = [await Log.create('followed.txt'), await Log.create('dropped.txt')]
    log.append(60)
    dropped.append(90, { 'GPU Temperature': 66 })
    const zip = zipSync({ 'rig/first.txt': readFileSync(dropped.path), 'rig/second.txt': readFileSync(dropped.path) })
    await onPage([log], '?view=now', async (page) => {
      await page.locator('.device').first().waitFor()
      const transfer = await page.evaluateHandle(`(() => {
        const bytes = Uint8Array.from(atob(${JSON.stringify(Buffer.from(zip).toString('base64'))}), (c) => c.charCodeAt(0))
        const transfer = new DataTransfer()
        transfer.items.add(new File([bytes], 'logs.zip'))
        return transfer
      })()`)
      await page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
      await page.getByText(/^logs\.zip: read as first, second/).waitFor()
      await expect.poll(() => page.locator('.device').count()).toBe(3)
      expect(new URL(page.url()).searchParams.get('device')).toBe('first')
    })
  }, 60_000)
})
