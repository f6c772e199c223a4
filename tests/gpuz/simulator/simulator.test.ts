import { describe, expect, test } from 'vitest'
import { PERF_CAP } from '../../../gpuz/simulator/gpu.ts'
import { COLUMNS, Simulator } from '../../../gpuz/simulator/simulator.ts'

const at = (header: string) => COLUMNS.findIndex((column) => column.header.startsWith(header))

function run(seed: number, seconds: number): { rows: Float64Array[]; simulator: Simulator } {
  const simulator = new Simulator(seed)
  const rows = Array.from({ length: seconds }, () => {
    simulator.step(1)
    return simulator.values.slice()
  })
  return { rows, simulator }
}

describe('a simulated GPU', () => {
  test('gives the same readings for the same seed, others for another', () => {
    const first = run(7, 500).rows
    expect(run(7, 500).rows).toEqual(first)
    expect(run(8, 500).rows).not.toEqual(first)
  })

  test.each([1, 2, 3, 4, 5])('shows trouble in the first minute (seed %i)', (seed) => {
    const { rows } = run(seed, 60)
    const peak = (header: string) =>
      Math.max(...rows.map((row) => row[at(header)]).filter((value) => !Number.isNaN(value)))
    expect(peak('GPU Temperature')).toBeGreaterThan(90)
    expect(peak('Board Power')).toBeGreaterThan(300)
    expect(peak('GPU Load')).toBeGreaterThan(95)
    const hotAndStill = rows.some((row) => row[at('GPU Temperature')] > 70 && row[at('Fan 1 Speed (RPM)')] === 0)
    expect(hotAndStill).toBe(true)
    expect(rows.some((row) => (row[at('PerfCap')] & PERF_CAP.thermal) !== 0)).toBe(true)
    expect(rows.some((row) => (row[at('PerfCap')] & PERF_CAP.power) !== 0)).toBe(true)
  })

  test('stays within what real cards print, through days of every fault', () => {
    const simulator = new Simulator(11)
    const faults = new Set<string>()
    const activities = new Set<string>()
    let previous = Number.NaN
    for (let second = 0; second < 5 * 86_400; second++) {
      simulator.step(1)
      const { gpu, workload } = simulator
      faults.add(workload.fault)
      activities.add(workload.activity)
      if (gpu.die < 26 || gpu.die > 105 || Math.abs(gpu.die - previous) > 12)
        expect.fail(`die ${gpu.die} after ${previous}`)
      if (gpu.boardPower < 15 || gpu.boardPower > 470) expect.fail(`board power ${gpu.boardPower}`)
      if (gpu.hotSpot <= gpu.die) expect.fail('the hot spot is not the hottest spot')
      if (gpu.perfCap < 1 || gpu.perfCap > 31) expect.fail(`PerfCap ${gpu.perfCap}`)
      if ((gpu.perfCap & PERF_CAP.utilisation) !== 0 && workload.activity === 'game') expect.fail('idle while playing')
      previous = gpu.die
    }
    expect([...activities].sort()).toEqual(['browse', 'game', 'idle'])
    expect([...faults].sort()).toEqual(['dust', 'fans-stopped', 'none', 'power-unlocked'])
  })

  test('says it is held back by power only near its power limit', () => {
    const simulator = new Simulator(3)
    let held = 0
    let near = 0
    for (let second = 0; second < 20_000; second++) {
      simulator.step(1)
      if (simulator.gpu.perfCap !== PERF_CAP.power) continue
      held++
      if (simulator.gpu.boardPower > 0.8 * simulator.gpu.powerLimit) near++
    }
    expect(held).toBeGreaterThan(100)
    expect(near / held).toBeGreaterThan(0.95)
  })

  test('leaves a sensor silent now and then', () => {
    const silent = run(5, 50_000).rows.filter((row) => row.some(Number.isNaN))
    expect(silent.length).toBeGreaterThan(2)
    expect(silent.length).toBeLessThan(40)
  })
})
