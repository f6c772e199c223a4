import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Figure, figure, figureText, percentile } from '../../bench/page/figure.ts'

const scratch = mkdtempSync(join(tmpdir(), 'gpumon-bench-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function bench(...args: string[]) {
  const script = resolve(import.meta.dirname, '..', '..', 'dist', 'bench', 'page-main.js')
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
}

describe('figures', () => {
  test('a bar is met at its edge when it is the most that is allowed, and missed there when more is wanted', () => {
    expect(figure('zoom', 'day', 150, 'ms', { atMost: 150 }).met).toBe(true)
    expect(figure('zoom', 'day', 150.1, 'ms', { atMost: 150 }).met).toBe(false)
    expect(figure('backfill', 'speed', 1, 'x', { above: 1 }).met).toBe(false)
    expect(figureText(figure('backfill', 'speed', 0.5, 'x', { above: 1 }))).toMatch(/0\.50 x\s+bar: > 1\s+MISSED$/)
    expect(figure('zoom', 'memory', 200, 'MiB').met).toBe(null)
  })

  test('a percentile is a value that was measured', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect([0.01, 0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 99, 100])
    expect(percentile([7], 0.5)).toBe(7)
    expect(() => percentile([], 0.5)).toThrow('no values')
  })
})

describe('bench:page', () => {
  test('measures the chosen step alone and writes it with its bar', () => {
    const json = join(scratch, 'result.json')
    const { status, stdout, stderr } = bench('--only', 'script', '--json', json)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/script .* KB {2}bar: <= 100 +met/)
    const { machine, rows, results } = JSON.parse(readFileSync(json, 'utf8')) as {
      machine: unknown
      rows: number
      results: Figure[]
    }
    expect(machine).toMatchObject({ node: process.version })
    expect(rows).toBe(31_536_000)
    expect(results).toMatchObject([{ step: 'script', unit: 'KB', bar: { atMost: 100 }, met: true }])
  })

  test('says which steps there are', () => {
    const { status, stderr } = bench('--only', 'zooom')
    expect(status).toBe(1)
    expect(stderr).toContain('--only zooom: steps are backfill, zoom, first-chart, latency, script')
  })
})
