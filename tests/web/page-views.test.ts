import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeInBrowser } from './browser.ts'

describeInBrowser('other views', (open) => {
  test('two logs are compared: sentence, overlay, and the difference of their means', async () => {
    const { page, model } = await open('?view=sessions')
    const [a, b] = model.histories
    await page.getByRole('button', { name: `A: whole log of ${a.device}` }).click()
    await page.getByRole('button', { name: `B: whole log of ${b.device}` }).click()
    await page.getByText('B ran 6.1 °C cooler at the same power, fan 210 rpm slower').waitFor()
    const span = ({ device, t }: typeof a) => ({ device, from: t[0], to: t[t.length - 1] })
    const { table } = await model.compare(span(a), span(b), 600)
    const expected = table.find(({ field }) => field === 'gpu_temperature')?.difference ?? Number.NaN
    const told = await page
      .getByRole('row', { name: /^GPU Temperature/ })
      .locator('td')
      .last()
      .textContent()
    expect(Number(told?.replace('−', '-').replace('±', ''))).toBeCloseTo(expected, 1)
    expect(await page.getByRole('region', { name: /, A and B$/ }).count()).toBeGreaterThan(5)
    expect(page.url()).toMatch(/[?&]a=.*[?&]b=/)
  })

  test('patterns: heat map, distributions, days and correlations of the sensor that is chosen', async () => {
    const { page } = await open('?view=patterns')
    await page.getByRole('combobox', { name: 'Sensor', exact: true }).selectOption('board_power')
    await page
      .getByText(/^Board Power Draw, mean of each hour in W, hours in Europe\/Berlin: .* W \(dark\) to/)
      .waitFor()
    expect(await page.locator('.heat tbody tr').count()).toBe(21)
    await page.getByText(/idle, GPU load below 10 %: [\d,]+ readings/).waitFor()
    expect(await page.getByRole('row', { name: /^2\d{3}-/ }).count()).toBe(42)
    await page.locator('.correlation').getByText('−0.94').first().waitFor()
    expect(page.url()).toContain('sensor=board_power')
  })

  test('a push query shows rows until it is stopped; they are saved as CSV and JSON', async () => {
    const { page, model } = await open('?view=sql')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText(/^[1-9]\d* rows, goes on$/).waitFor()
    await page.getByRole('cell', { name: '60.5' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText(/^\d+ rows$/).waitFor()
    await expect.poll(() => model.asked.at(-1)?.method).toBe('sql ended')
    const save = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()])
      return readFileSync(await download.path(), 'utf8')
    }
    expect(await save('Save CSV')).toMatch(/^DEVICE,TS,GPU_TEMPERATURE\r\nbench-pc,1700000000000,60\r\n/)
    expect(JSON.parse(await save('Save JSON'))[1]).toEqual({
      DEVICE: 'bench-pc',
      TS: 1_700_000_000_001,
      GPU_TEMPERATURE: 60.5,
    })
  })

  test('a statement at fault is told with place and fix, and the word is marked', async () => {
    const { page } = await open('?view=sql&sql=SELCT+1;')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('line 1, column 1: there is no statement SELCT. Write SELECT.').waitFor()
    const marked =
      'const text = document.querySelector("textarea"); text.value.slice(text.selectionStart, text.selectionEnd)'
    expect(await page.evaluate(marked)).toBe('SELCT')
  })

  test('the pipeline tells pace, rejects with examples, broken sensors and errors, as they change', async () => {
    const { page, model } = await open('?view=pipeline')
    await page.getByText('2026-08-06 19:0').waitFor()
    await page.getByText('constant: 0 % in all readings').waitFor()
    await page.getByText('division by zero').waitFor()
    model.emit({
      event: 'pipeline',
      data: { ...(await model.pipeline()), rows: 9_876_543, progress: 0.25, rejects: [] },
    })
    await page.getByText('9,876,543').waitFor()
    await page.getByText('None: every row could be read.').waitFor()
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('0.25')
  })

  test.each(['GPU-Z Sensor Log.txt', 'logs.zip'])(
    '%s dropped anywhere on the page is handed in whole',
    async (name) => {
      const { page, model } = await open('?view=sql')
      const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256)
      const transfer = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256)], ${JSON.stringify(name)}))
      return transfer
    })()`)
      await page.dispatchEvent('textarea', 'dragenter', { dataTransfer: transfer })
      await page.getByText('Drop GPU-Z logs, or a zip of them').waitFor()
      await page.dispatchEvent('textarea', 'drop', { dataTransfer: transfer })
      await page.getByText(`${name}: read as ${model.histories[1].device}. ${name}: 3 rows could not be read`).waitFor()
      expect(model.logs).toEqual([{ name, timezone: 'Europe/Berlin', bytes: Buffer.from(bytes) }])
      expect(new URL(page.url()).searchParams.get('device')).toBe(model.histories[1].device)
    },
  )

  test('a log is opened by the dialogue, with the zone of its clock', async () => {
    const { page, model } = await open('?view=now')
    await page.getByRole('button', { name: 'Open log…' }).click()
    await page.getByLabel('Zone of the log’s clock').selectOption('Asia/Tokyo')
    await page
      .getByLabel('Log files')
      .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
    await expect.poll(() => model.logs[0]?.timezone).toBe('Asia/Tokyo')
  })
})
