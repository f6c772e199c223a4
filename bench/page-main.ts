import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type Browser, chromium } from 'playwright-core'
import { chromiumPath } from '../tests/web/chromium.ts'
import { generatedLog } from './generated-log.ts'
import { appendToPaint } from './page/append-to-paint.ts'
import { backfill } from './page/backfill.ts'
import { type Figure, figureText } from './page/figure.ts'
import { firstChart } from './page/first-chart.ts'
import { storeOf } from './page/log-store.ts'
import { scriptBytes } from './page/script-bytes.ts'
import { zoom } from './page/zoom.ts'

/**
 * `npm run bench:page -- [--json FILE] [--rows N] [--only STEP,…]`: store and page as a person meets them, by the real program and a real
 * browser, each figure beside its bar. The default is a year at 1 Hz: a log of 21 GB in the folder for temporary files, and its store, both
 * kept for the next run. Exit code 1 when a bar is missed or a step fails.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rows: { type: 'string', default: String(365 * 86_400) },
    only: { type: 'string' },
  },
})
const rows = Number(values.rows)
if (!Number.isSafeInteger(rows) || rows < 1) throw new Error(`--rows ${values.rows}: give a whole number of at least 1`)

const steps: Readonly<Record<string, () => Promise<Figure[]>>> = {
  backfill: async () => backfill(await generatedLog(rows), rows),
  zoom: async () => zoom(await storeOf(await generatedLog(rows), rows)),
  'first-chart': () => inBrowser('first-chart', firstChart),
  latency: () => inBrowser('latency', appendToPaint),
  script: scriptBytes,
}
const chosen = values.only?.split(',') ?? Object.keys(steps)
for (const name of chosen)
  if (steps[name] === undefined) throw new Error(`--only ${name}: steps are ${Object.keys(steps).join(', ')}`)

async function inBrowser(step: string, measure: (browser: Browser) => Promise<Figure[]>): Promise<Figure[]> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) {
    console.log(`${step.padEnd(12)} left out: no Chromium found (set CHROMIUM to its path)`)
    return []
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  return measure(browser).finally(() => browser.close())
}

const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
console.log(`${rows} rows x 30 columns, Node ${machine.node}, ${machine.cores} x ${machine.cpu}`)
const results: Figure[] = []
const failures: { step: string; error: string }[] = []
for (const name of chosen) {
  try {
    const figures = await steps[name]()
    for (const one of figures) console.log(figureText(one))
    results.push(...figures)
  } catch (error) {
    // What the other steps measure, perhaps for an hour, is not lost with this one.
    console.error(error)
    failures.push({ step: name, error: String(error) })
  }
}
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ machine, rows, results, failures }, null, 2)}\n`)
if (failures.length > 0 || results.some(({ met }) => met === false)) process.exitCode = 1
