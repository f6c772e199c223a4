import type { Browser } from 'playwright-core'
import { generatedLog } from '../generated-log.ts'
import { type Figure, figure, percentile } from './figure.ts'
import { fillStore } from './log-store.ts'
import { type Program, withProgram } from './program.ts'

const ROWS = 86_400
const PAGES = 25
/** A page without a chart by then has none. */
const LOST_MS = 30_000

/**
 * Two frames after a line was stroked it is on the screen; whether it was one with readings is looked up only then, for reading a canvas takes
 * time: the first line's colour, as in the legend, must be on it. A script as text, for it runs in the browser.
 */
const WATCH = `
  const drawn = (panel) => {
    const swatch = panel.querySelector('.legend [aria-pressed="true"] .swatch')
    const canvas = panel.querySelector('canvas')
    const line = swatch.style.borderTopColor.match(/\\d+/g).map(Number)
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] > 200 && line.every((part, k) => Math.abs(data[i + k] - part) < 8)) return true
    return false
  }
  window.firstChart = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('no chart was drawn within ${LOST_MS} ms')), ${LOST_MS})
    const { stroke } = CanvasRenderingContext2D.prototype
    CanvasRenderingContext2D.prototype.stroke = function (...path) {
      stroke.apply(this, path)
      const panel = this.canvas.closest('.panel:not(.timeline)')
      // axes are stroked without a path of their own
      if (panel === null || path.length === 0) return
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const at = performance.now()
        if (drawn(panel)) resolve(at)
      }))
    }
  })`

/** From the start of the navigation to the first chart on the screen, on a history of a day, in pages that know nothing yet. */
export async function firstChart(browser: Browser): Promise<Figure[]> {
  const log = await generatedLog(ROWS)
  const { store } = await fillStore(log, ROWS)
  const { result: times } = await withProgram([log, '--store', store], async (program) => {
    const times: number[] = []
    for (let page = 0; page < PAGES; page++) times.push(await paintMs(browser, program))
    return times
  })
  return [
    figure('first-chart', `a day, median of ${PAGES} pages`, percentile(times, 0.5), 'ms', { atMost: 200 }),
    figure('first-chart', 'a day, slowest page', Math.max(...times), 'ms'),
  ]
}

async function paintMs(browser: Browser, program: Program): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, colorScheme: 'light' })
  try {
    const page = await context.newPage()
    await page.addInitScript(WATCH)
    await page.goto(`${program.url}?view=charts&last=all`)
    return await page.evaluate<number>('window.firstChart')
  } finally {
    await context.close()
  }
}
