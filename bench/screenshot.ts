import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { chromiumPath } from '../tests/web/chromium.ts'

/** `npm run screenshot -- [FILE] [VIEW]`: the page on the demo, once its alerts have come; for the README. */
const [file = 'docs/page.png', view = 'charts'] = process.argv.slice(2)
const program = fileURLToPath(new URL('../cli/gpumon.js', import.meta.url))
const ALERTS_MS = 60_000

const demo = spawn(process.execPath, [program, 'demo', '--port', '0', '--no-open', '--timezone', 'UTC'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const url = await new Promise<string>((resolve, reject) => {
    demo.on('error', reject)
    demo.stdout.on('data', (chunk: Buffer) => {
      const found = /http:\S+/.exec(String(chunk))
      if (found !== null) resolve(found[0])
    })
  })
  await sleep(ALERTS_MS)
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: ['--no-sandbox'],
  })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(`${url}?view=${view}&last=15m`)
  await sleep(3_000)
  await page.screenshot({ path: file })
  await browser.close()
  console.log(`${file} shows the view ${view}`)
} finally {
  demo.kill('SIGINT')
}
