import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Span } from '../../web/model.ts'
import { describeInBrowser } from './browser.ts'
import type { StandInModel } from './stand-in/model.ts'

/** What was last asked of the model for charts, once it has been asked more than `before` times, and what is looked for: a page that follows asks by itself, too. */
async function askedRange(
  model: StandInModel,
  before: number,
  isIt: (span: Span) => boolean = () => true,
): Promise<{ span: Span; sensors: string[]; pixels: number }> {
  const last = () => {
    const ranges = model.asked.filter(({ method }) => method === 'range').slice(before)
    const [span, sensors, pixels] = (ranges.at(-1)?.arguments ?? []) as [Span | undefined, string[], number]
    return span !== undefined && isIt(span) ? { span, sensors, pixels } : null
  }
  await expect.poll(last).not.toBeNull()
  const found = last()
  if (found === null) throw new Error('the page asks for ranges faster than the test looks')
  return found
}

function count(model: StandInModel): number {
  return model.asked.filter(({ method }) => method === 'range').length
}

/** Drags over a share of the temperature chart. @returns px of its plot */
async function drag(page: Page, from: number, to: number): Promise<number> {
  const box = await page.locator('.panel').nth(1).locator('.u-over').boundingBox()
  if (box === null) throw new Error('no chart')
  await page.mouse.move(box.x + from * box.width, box.y + 30)
  await page.mouse.down()
  await page.mouse.move(box.x + to * box.width, box.y + 30, { steps: 5 })
  await page.mouse.up()
  return box.width
}

describeInBrowser('charts', (open) => {
  test('only charts in sight are drawn, and those that are scrolled to', async () => {
    const { page, model } = await open('?view=charts&last=10m', { height: 500 })
    const drawn = () => page.locator('.panel:not(.timeline) canvas').count()
    await expect.poll(() => page.locator('.panel:not(.timeline)').count()).toBeGreaterThan(4)
    const panels = await page.locator('.panel:not(.timeline)').count()
    await askedRange(model, 1)
    await expect.poll(drawn).toBeGreaterThan(0)
    expect(await drawn()).toBeLessThan(panels)
    await page.locator('.panel').last().scrollIntoViewIfNeeded()
    await expect.poll(() => page.locator('.panel').last().locator('canvas').count()).toBe(1)
  })

  test('are drawn without Intl, whose first use takes a browser as long as a chart', async () => {
    const { page } = await open('?view=charts&last=10m')
    await page.addInitScript(`for (const name of ['DateTimeFormat', 'NumberFormat'])
      Object.defineProperty(Intl, name, { value: () => document.documentElement.setAttribute('data-intl', name) })`)
    await page.reload()
    await expect.poll(() => page.locator('.panel:not(.timeline) canvas').count()).toBeGreaterThan(0)
    expect(await page.locator('html').getAttribute('data-intl')).toBeNull()
  })

  test('a drag zooms to just that range and asks for it with the pixels at hand; undo goes back', async () => {
    const { page, model } = await open('?view=charts&last=10m')
    const first = await askedRange(model, 0)
    await expect.poll(() => page.locator('.scroll tbody tr').count()).toBeGreaterThan(20)
    const length = first.span.to - first.span.from
    expect(length).toBe(600_000)

    const before = count(model)
    const width = await drag(page, 0.25, 0.5)
    const { span, pixels } = await askedRange(model, before, ({ from, to }) => to - from < length / 2)
    expect(Math.abs(pixels - width)).toBeLessThanOrEqual(1)
    expect(Math.abs(span.from - (first.span.from + 0.25 * length))).toBeLessThan(0.01 * length)
    expect(Math.abs(span.to - (first.span.from + 0.5 * length))).toBeLessThan(0.01 * length)
    expect(page.url()).toContain('from=')
    expect(await page.getByRole('checkbox', { name: 'Follow' }).isChecked()).toBe(false)

    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.url()).toContain('last=10m')
    await expect.poll(() => page.getByRole('checkbox', { name: 'Follow' }).isChecked()).toBe(true)
    expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true)
  })

  test('keys pan and zoom, presets choose, the switch follows again', async () => {
    const { page, model } = await open('?view=charts&last=10m')
    const first = await askedRange(model, 0)
    await page.getByRole('region', { name: /^Charts/ }).focus()
    let before = count(model)
    await page.keyboard.press('ArrowLeft')
    const panned = await askedRange(model, before, ({ from }) => from < first.span.from - 100_000)
    expect(panned.span.to - panned.span.from).toBe(600_000)
    expect(Math.abs(first.span.from - 150_000 - panned.span.from)).toBeLessThan(3_000)
    before = count(model)
    await page.keyboard.press('+')
    const zoomed = await askedRange(model, before, ({ from, to }) => to - from < 600_000)
    expect(zoomed.span.to - zoomed.span.from).toBe(300_000)
    before = count(model)
    await page.getByRole('checkbox', { name: 'Follow' }).check()
    expect(page.url()).toContain('last=5m')
    await askedRange(model, before)
    before = count(model)
    await page.getByRole('button', { name: 'All' }).click()
    await askedRange(model, before, ({ from }) => from === model.histories[0].t[0])
  })

  test('a view that is sent to someone shows the same: device, range and sensors', async () => {
    const { page, model, server } = await open('?view=charts')
    await page.getByLabel('Device').selectOption(model.histories[1].device)
    await page.getByRole('button', { name: /^Hot Spot/ }).click()
    expect(await page.evaluate('document.activeElement.dataset.key')).toBe('hot_spot')
    await drag(page, 0.1, 0.4)
    await expect.poll(() => page.url()).toContain('from=')
    const sent = page.url()
    const shown = await page.locator('.range-text').textContent()
    await page.goto(server.url)
    await page.goto(sent)
    await page.getByRole('button', { name: /^Hot Spot/ }).waitFor()
    expect(await page.getByRole('button', { name: /^Hot Spot/ }).getAttribute('aria-pressed')).toBe('false')
    expect(await page.getByLabel('Device').inputValue()).toBe(model.histories[1].device)
    expect(await page.locator('.range-text').textContent()).toBe(shown)
    const { span, sensors } = await askedRange(model, 0)
    expect(span.device).toBe(model.histories[1].device)
    expect(sensors).not.toContain('hot_spot')
  })

  test('all charts share one cursor, whose values stand beside the sensors', async () => {
    const { page } = await open('?view=charts&last=10m')
    const load = page.getByRole('button', { name: /^GPU Load/ })
    await load.getByText(/\d/).waitFor()
    await page.locator('.panel').nth(4).locator('.u-over').waitFor()
    await page
      .locator('.panel')
      .nth(1)
      .locator('.u-over')
      .hover({ position: { x: 200, y: 30 } })
    await page.getByText(/^cursor \d\d:\d\d:\d\d$/).waitFor()
    const left = (panel: number) => page.locator('.panel').nth(panel).locator('.u-cursor-x').getAttribute('style')
    expect(await left(1)).toContain('translate')
    expect(await left(4)).toBe(await left(1))
  })

  test('states, alerts and statistics of the range are told in words', async () => {
    const { page, model } = await open('?view=alerts')
    const hot = model.episodeList.find(({ device, rule }) => device === 'bench-pc' && rule === 'gpu-hot')
    await page
      .getByRole('button', { name: `Show on charts: ${hot?.title} of bench-pc` })
      .first()
      .click()
    await page
      .getByRole('listitem')
      .filter({ hasText: /^alert: GPU hot\d+ s, \d+ %$/ })
      .waitFor()
    await page
      .getByRole('listitem')
      .filter({ hasText: /^power limit.* %$/ })
      .waitFor()
    const row = page.getByRole('row', { name: /^GPU Temperature/ })
    await row.waitFor()
    expect(await row.locator('td').nth(7).textContent()).toMatch(/^\d+ s$/)
    await page.getByText(/readings in this range, energy [\d.]+ Wh/).waitFor()
  })
})
