import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeInBrowser } from './browser.ts'

const VIEWS = ['now', 'charts', 'alerts', 'sessions', 'patterns', 'sql', 'pipeline']

/** Everything one can act on, in words; those that are disabled or hidden aside. */
const CONTROLS = `[...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')]
  .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility() && one.closest('dialog:not([open])') === null)`

/** Those that were not replaced meanwhile by live updates. */
const LEFT = 'window.controls.filter((one) => one.isConnected)'
const NAME = '((one) => [one.ariaLabel, one.textContent, one.labels?.[0]?.textContent].some((name) => name?.trim()))'

describeInBrowser('access', (open) => {
  test('the Tab key reaches every control of every view, and each has a name', async () => {
    const { page } = await open('')
    for (const view of VIEWS) {
      await show(page, view)
      const total = await page.evaluate<number>(
        `window.controls = ${CONTROLS}; window.reached = new Set(); window.controls.length`,
      )
      expect(total, view).toBeGreaterThan(8)
      await page.evaluate('document.activeElement.blur()')
      // Controls that come meanwhile take turns, too.
      for (let i = 0, there = total; i < there + 2; i++) {
        await page.keyboard.press('Tab')
        there = await page.evaluate<number>(`window.reached.add(document.activeElement); ${CONTROLS}.length`)
      }
      expect(
        await page.evaluate(`${LEFT}.filter((one) => !window.reached.has(one)).map((one) => one.outerHTML)`),
      ).toEqual([])
      expect(await page.evaluate(`${LEFT}.filter((one) => !${NAME}(one)).map((one) => one.outerHTML)`)).toEqual([])
    }
  }, 120_000)

  test('every view fits a phone of 360 px without scrolling sideways', async () => {
    const { page } = await open('', { width: 360, height: 740 })
    for (const view of VIEWS) {
      await show(page, view)
      expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBe(360)
    }
  })
})

/** Goes to a view and waits until what it asks for is there. */
async function show(page: Page, view: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/?view=${view}`)
  await page.locator(`.${view} :is(.scroll tr, dd, .episode, textarea)`).first().waitFor()
}

test('the script is under 100 KB, packed', () => {
  const folder = join(import.meta.dirname, '..', '..', 'dist', 'web', 'page', 'assets')
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
  expect(scripts.length).toBeGreaterThan(0)
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0)
  expect(bytes).toBeLessThan(100_000)
})
