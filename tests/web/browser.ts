import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import { type PageServer, servePage } from '../../web/server.ts'
import { CHROMIUM_PLACES, chromiumPath } from './chromium.ts'
import { StandInModel } from './stand-in/model.ts'

const program = chromiumPath()

export interface Tab {
  readonly page: Page
  readonly model: StandInModel
  readonly server: PageServer
}

export interface TabOptions {
  readonly model?: StandInModel
  readonly width?: number
  readonly height?: number
}

/** A `describe` block that drives the built page in a real browser; without one it is skipped with a printed reason, and fails where CI=1. */
export function describeInBrowser(
  name: string,
  body: (open: (address: string, options?: TabOptions) => Promise<Tab>) => void,
): void {
  if (program === undefined && process.env['CI'] !== '1') {
    console.warn(`skipped "${name}": no Chromium found (set CHROMIUM to its path)`)
    describe.skip(name, () => {})
    return
  }
  describe(name, () => {
    let browser: Browser | undefined
    const opened: { tab: Tab; complaints: string[] }[] = []

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: program ?? CHROMIUM_PLACES[0], args: ['--no-sandbox'] })
    })
    afterAll(() => browser?.close())

    // Whatever a test is about: the page never errs, and talks to its own server only.
    afterEach(async () => {
      for (const { tab, complaints } of opened.splice(0)) {
        await tab.page.context().close()
        await tab.server.close()
        expect(complaints).toEqual([])
      }
    })

    body(async (address, { model = new StandInModel(1_200), width = 1_440, height = 900 } = {}) => {
      const complaints: string[] = []
      const server = await servePage({ model, port: 0, onFault: (error) => complaints.push(`server: ${error}`) })
      if (browser === undefined) throw new Error('the browser did not start')
      const context = await browser.newContext({ viewport: { width, height } })
      const page = await context.newPage()
      watch(page, server.url, complaints)
      const tab = { page, model, server }
      opened.push({ tab, complaints })
      await page.goto(server.url + address)
      await page.locator('nav').waitFor()
      // it shows its first charts before it listens
      await expect.poll(() => model.listeners).toBeGreaterThan(0)
      return tab
    })
  })
}

/** Notes what the page says to the console, and whom it talks to beside its own server. */
export function watch(page: Page, own: string, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(own) && !url.startsWith('blob:')) complaints.push(`request to ${url}`)
  })
}
