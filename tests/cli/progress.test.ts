import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ProgressBar, progressText } from '../../cli/progress.ts'

/** A stream that keeps what is written, as a terminal of `columns` or a pipe. */
function screen(columns?: number) {
  const stream = Object.assign(new PassThrough(), {
    isTTY: columns !== undefined,
    columns,
  }) as unknown as NodeJS.WriteStream
  return { stream, text: () => String((stream as unknown as PassThrough).read() ?? '') }
}

describe('progress', () => {
  test('tells share, rows, rows a second and the time left', () => {
    expect(progressText('log.txt', { rows: 1_250_000, share: 0.25 }, 4)).toBe(
      'log.txt  25 %  1,250,000 rows  312,500 rows/s  12 s left',
    )
    expect(progressText('log.txt', { rows: 10, share: null }, 2)).toBe('log.txt  10 rows  5 rows/s')
    expect(progressText('log.txt', { rows: 100, share: 0.01 }, 60)).toContain('1 h 39 min left')
    expect(progressText('log.txt', { rows: 0, share: 0 }, 0)).toBe('log.txt  0 %  0 rows')
  })

  test('is a bar drawn over on a terminal, never wider than it', () => {
    let now = 0
    const { stream, text } = screen(50)
    const bar = new ProgressBar('log.txt', stream, () => now)
    bar.update({ rows: 1, share: 0.1 })
    expect(text()).toBe('')
    now = 150
    bar.update({ rows: 1_000, share: 0.5 })
    const drawn = text()
    expect(drawn.startsWith('\r\u001b[K[============            ] log.txt  50 %')).toBe(true)
    expect(drawn.length - '\r\u001b[K'.length).toBe(49)
    now = 200
    bar.update({ rows: 1_001, share: 0.6 })
    expect(text()).toBe('')
    bar.clear()
    expect(text()).toBe('\r\u001b[K')
    bar.clear()
    expect(text()).toBe('')
  })

  test('is a plain line every few seconds in a pipe', () => {
    let now = 0
    const { stream, text } = screen()
    const bar = new ProgressBar('log.txt', stream, () => now)
    now = 4_000
    bar.update({ rows: 1_000, share: 0.5 })
    expect(text()).toBe('')
    now = 5_000
    bar.update({ rows: 2_000, share: 0.5 })
    expect(text()).toBe('log.txt  50 %  2,000 rows  400 rows/s  5 s left\n')
    now = 64_000
    bar.update({ rows: 3_000, share: null })
    expect(text()).toBe('')
    now = 66_000
    bar.update({ rows: 3_300, share: null })
    expect(text()).toBe('log.txt  3,300 rows  50 rows/s\n')
    bar.clear()
    expect(text()).toBe('')
  })
})
