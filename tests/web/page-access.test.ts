import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { describeInBrowser } from './browser.ts'

const VIEWS = ['now', 'charts', 'alerts', 'sessions', 'patterns', 'sql', 'pipeline']

/** Everything one can act on, in words; those that are disabled or hidden aside. */
const CONTROLS = `[...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')]
  .filter((one) => !one.disabled && one.tabIndex >= 0 && one.checkVisibility() && one.closest('dialog:not([open])') === null)`

describeInBrowser('access', (open) => {
  test.each(VIEWS)('%s: the Tab key reaches every control, and each has a name', async (view) => {
    const { page } = await open(`?view=${view}`)
    await page.waitForLoadState('load')
    await page.waitForTimeout(700)
    const total = await page.evaluate<number>(
      `window.controls = ${CONTROLS}; window.reached = new Set(); window.controls.length`,
    )
    expect(total).toBeGreaterThan(8)
    for (let i = 0; i < total + 2; i++) {
      await page.keyboard.press('Tab')
      await page.evaluate('window.reached.add(document.activeElement)')
    }
    const missed =
      'window.controls.filter((one) => one.isConnected && !window.reached.has(one)).map((one) => one.outerHTML.slice(0, 200))'
    expect(await page.evaluate(missed)).toEqual([])
    const nameless = `window.controls.filter((one) => ![one.ariaLabel, one.textContent, one.labels?.[0]?.textContent].some((name) => name?.trim())).map((one) => one.outerHTML)`
    expect(await page.evaluate(nameless)).toEqual([])
  })

  test.each(VIEWS)('%s: fits a phone of 360 px without scrolling sideways', async (view) => {
    const { page } = await open(`?view=${view}`, { width: 360, height: 740 })
    await page.waitForTimeout(700)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  })
})

test('the script is under 100 KB, packed', () => {
  const folder = join(import.meta.dirname, '..', '..', 'dist', 'web', 'page', 'assets')
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
  expect(scripts.length).toBeGreaterThan(0)
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0)
  expect(bytes).toBeLessThan(100_000)
})
