import { expect, test } from 'vitest'
import { describeInBrowser } from './browser.ts'
import { SENSORS } from './stand-in/history.ts'
import { StandInModel } from './stand-in/model.ts'

/** A reading of the live device in which one sensor has a given value. */
function read(model: StandInModel, field: string, value: number | null, now = Date.now()): void {
  const [history] = model.histories
  const t = Math.max(now, (history.t.at(-1) ?? 0) + 1)
  const values = SENSORS.map((sensor) =>
    sensor.field === field ? value : (history.column(sensor.field).at(-1) ?? null),
  )
  history.append(t, values)
  const sensors = Object.fromEntries(SENSORS.map((sensor, i) => [sensor.field, [values[i]]]))
  model.emit({ event: 'readings', data: { device: history.device, t: [t], sensors } })
}

describeInBrowser('live', (open) => {
  test('a new reading is on the tiles at once, coloured and worded only where a limit is near or broken', async () => {
    const { page, model } = await open('?view=now')
    const tile = page.locator('.device').first().locator('.tile[aria-label="GPU Temperature"]')
    await tile.getByText('limit 85 °C').waitFor()
    for (const [value, condition, words] of [
      [60, 'fine', 'limit 85 °C'],
      [83.2, 'near', 'near limit 85 °C'],
      [86.4, 'broken', 'above limit 85 °C'],
      [91.5, 'critical', 'above limit 90 °C'],
      [null, 'fine', 'no reading now'],
    ] as const) {
      read(model, 'gpu_temperature', value)
      const shown = value === null ? '—' : value.toFixed(1)
      await tile.locator('.value').getByText(shown, { exact: true }).waitFor()
      await tile.getByText(words, { exact: true }).waitFor()
      expect(await tile.getAttribute('data-condition')).toBe(condition)
    }
  })

  test('a new reading is on the charts at once, without making them anew', async () => {
    const { page, model } = await open('?view=charts&last=5m')
    const legend = page.getByRole('button', { name: /^GPU Temperature/ })
    await legend.getByText(/\d/).waitFor()
    // What surrounds the lines is made last.
    await page.locator('.timeline canvas').waitFor()
    await page.evaluate('window.before = [...document.querySelectorAll("canvas")]')
    const painted = () => page.evaluate<string>('document.querySelector(".panel:not(.timeline) canvas").toDataURL()')
    const old = await painted()
    read(model, 'gpu_temperature', 77.7)
    await legend.getByText('77.7').waitFor()
    await expect.poll(painted).not.toBe(old)
    const kept =
      'const now = [...document.querySelectorAll("canvas")]; now.length > 1 && now.length === window.before.length && now.every((one, i) => one === window.before[i])'
    expect(await page.evaluate(kept)).toBe(true)
  })

  test('the age of the last reading ticks, and an old one is called stale', async () => {
    const { page, model } = await open('?view=now', { model: new StandInModel(300, Date.now() - 60_000) })
    const age = page.locator('.device').first().locator('.freshness')
    await age.getByText(/^stale: last reading .* ago$/).waitFor()
    read(model, 'gpu_load', 50, Date.now() - 7_000)
    await age.getByText(/^live, last reading \d s ago$/).waitFor()
    await age.getByText(/^stale: last reading 1\d s ago$/).waitFor()
    read(model, 'gpu_load', 50)
    await age.getByText(/^live, last reading \d s ago$/).waitFor()
    await page
      .locator('.device')
      .nth(1)
      .getByText(/^recorded, ends /)
      .waitFor()
  })

  test('a log that is read while the page waits is there by itself, and the progress is seen', async () => {
    const model = new StandInModel(300)
    const later = model.histories.splice(0)
    const { page } = await open('?view=charts', { model })
    await page.getByText('No readings yet.').waitFor()
    const begun = await model.pipeline()
    model.emit({ event: 'pipeline', data: { ...begun, rows: 0, progress: 0.5 } })
    await page.getByRole('progressbar').waitFor()
    model.histories.push(...later)
    model.emit({ event: 'pipeline', data: { ...begun, rows: 600 } })
    await page
      .getByRole('button', { name: /^GPU Temperature/ })
      .getByText(/\d/)
      .waitFor()
    await page.getByRole('progressbar').waitFor({ state: 'hidden' })
  })

  test('what is told while the state is asked for is newer than the answer', async () => {
    const { page, model } = await open('?view=pipeline')
    const state = await model.state()
    let answer = (): void => {}
    let isAsked = false
    model.state = () => {
      isAsked = true
      return new Promise((resolve) => {
        answer = () => resolve(state)
      })
    }
    model.emit({ event: 'devices' })
    await expect.poll(() => isAsked).toBe(true)
    model.emit({ event: 'pipeline', data: { ...state.pipeline, rows: 9_876_543 } })
    await page.getByText('9,876,543').waitFor()
    const answered = page.waitForResponse(/api\/state/)
    answer()
    await answered
    await page.waitForTimeout(300)
    expect(await page.getByText('9,876,543').count()).toBe(1)
  })

  test('simulated data is called so, and times have their zone', async () => {
    const { page } = await open('?view=charts')
    await page.getByText('Simulated data').waitFor()
    expect(await page.locator('.range-text').textContent()).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d to .* Europe\/Berlin$/,
    )
  })

  test('an alert appears with what to do, is counted on every view, and clears', async () => {
    const { page, model } = await open('?view=alerts')
    await page.getByText('No alert goes on.').waitFor()
    const episode = { ...model.episodeList[0], id: 4_711, open: true, started: Date.now() - 30_000, ended: Date.now() }
    model.emit({ event: 'episode', data: episode })
    const now = page.locator('.episodes').first()
    await now.getByText(episode.title, { exact: true }).waitFor()
    await now.getByText(episode.evidence).waitFor()
    await now.getByText(episode.todo).waitFor()
    await now.getByText(/since .*, for 30 s/).waitFor()
    await page.getByRole('link', { name: 'Alerts 1' }).waitFor()
    await page.getByRole('status').getByText(`warning: ${episode.title}, bench-pc. ${episode.evidence}`).waitFor()
    model.emit({ event: 'episode', data: { ...episode, open: false } })
    await page.getByText('No alert goes on.').waitFor()
    await page.getByRole('link', { name: 'Alerts', exact: true }).waitFor()
  })

  test('a threshold is changed and taken back', async () => {
    const { page, model } = await open('?view=alerts')
    const field = page.getByLabel('Board power in W')
    await field.fill('250')
    await field.press('Tab')
    await page.getByText('Board power: 250 W, from the next reading on.').waitFor()
    await page.getByRole('button', { name: 'Board power: back to the default' }).click()
    await page.getByText('Board power: 300 (default) W').waitFor()
    const puts = model.asked.filter(({ method }) => method === 'putLimit').map((one) => one.arguments)
    expect(puts).toEqual([
      ['bench-pc', 'board_power_max', 250],
      ['bench-pc', 'board_power_max', null],
    ])
    expect(await field.inputValue()).toBe('300')
  })
})
