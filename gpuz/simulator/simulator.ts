import { POWER_LIMIT, SimulatedGpu } from './gpu.ts'
import { Random } from './random.ts'
import type { LogColumn } from './record-writer.ts'
import { Workload } from './workload.ts'

/** The columns GPU-Z 2.x prints for a card of this class, 30 with the date. */
export const COLUMNS: readonly LogColumn[] = [
  { header: 'GPU Clock [MHz]', decimals: 1 },
  { header: 'Memory Clock [MHz]', decimals: 1 },
  { header: 'GPU Temperature [°C]', decimals: 1 },
  { header: 'Hot Spot [°C]', decimals: 1 },
  { header: 'Memory Temperature [°C]', decimals: 1 },
  { header: 'Fan 1 Speed (%) [%]', decimals: 0 },
  { header: 'Fan 1 Speed (RPM) [RPM]', decimals: 0 },
  { header: 'Fan 2 Speed (%) [%]', decimals: 0 },
  { header: 'Fan 2 Speed (RPM) [RPM]', decimals: 0 },
  { header: 'Memory Used [MB]', decimals: 0 },
  { header: 'GPU Load [%]', decimals: 0 },
  { header: 'Memory Controller Load [%]', decimals: 0 },
  { header: 'Video Engine Load [%]', decimals: 0 },
  { header: 'Bus Interface Load [%]', decimals: 0 },
  { header: 'Board Power Draw [W]', decimals: 1 },
  { header: 'GPU Chip Power Draw [W]', decimals: 1 },
  { header: 'MVDDC Power Draw [W]', decimals: 1 },
  { header: 'PWR_SRC Power Draw [W]', decimals: 1 },
  { header: 'PCIe Slot Power [W]', decimals: 1 },
  { header: 'PCIe Slot Voltage [V]', decimals: 1 },
  { header: '8-Pin #1 Power [W]', decimals: 1 },
  { header: '8-Pin #1 Voltage [V]', decimals: 1 },
  { header: '8-Pin #2 Power [W]', decimals: 1 },
  { header: '8-Pin #2 Voltage [V]', decimals: 1 },
  { header: 'Power Consumption (%) [% TDP]', decimals: 1 },
  { header: 'PerfCap Reason []', decimals: 0 },
  { header: 'GPU Voltage [V]', decimals: 4 },
  { header: 'CPU Temperature [°C]', decimals: 1 },
  { header: 'System Memory Used [MB]', decimals: 0 },
]

/** How often a sensor does not answer and GPU-Z prints `-`, per row: about as often as in the healthy logs of FORMAT.md. */
const SILENT_SENSOR = 1 / 5_000

/** A gaming PC and its sensors: one call a reading, the same seed gives the same readings. */
export class Simulator {
  /** The readings in the order of `COLUMNS`; NaN where a sensor did not answer. Overwritten by each `step`. */
  readonly values = new Float64Array(COLUMNS.length)
  readonly gpu: SimulatedGpu
  readonly workload: Workload
  readonly #random: Random

  constructor(seed: number) {
    this.#random = new Random(seed)
    this.workload = new Workload(this.#random)
    this.gpu = new SimulatedGpu(this.#random)
  }

  /** Lets `seconds` pass and reads every sensor into `values`. */
  step(seconds: number): void {
    const { gpu, workload, values } = this
    const random = this.#random
    workload.step(seconds)
    gpu.step(seconds, workload)

    const sag = gpu.boardPower / 1_000
    const slot = gpu.boardPower * 0.2
    const firstPlug = (gpu.boardPower - slot) * (0.495 + 0.005 * random.noise())
    values[0] = gpu.clock
    values[1] = gpu.memoryClock
    values[2] = gpu.die
    values[3] = gpu.hotSpot
    values[4] = 2 * Math.round(gpu.memoryTemperature / 2)
    values[5] = gpu.fanPercent
    values[6] = gpu.fanRpm
    values[7] = gpu.fanPercent
    values[8] = gpu.fanRpm * 1.012
    values[9] = workload.vram
    values[10] = 100 * gpu.load
    values[11] = 100 * gpu.memoryLoad
    values[12] = 100 * workload.video
    values[13] = 8 * gpu.load * random.next()
    values[14] = gpu.boardPower
    values[15] = gpu.chipPower
    values[16] = gpu.memoryPower
    values[17] = gpu.memoryPower + gpu.uncorePower
    values[18] = slot
    values[19] = 12.2 - 0.6 * sag
    values[20] = firstPlug
    values[21] = 12.2 - 0.5 * sag
    values[22] = gpu.boardPower - slot - firstPlug
    values[23] = 12.2 - 0.5 * sag
    values[24] = (100 * gpu.boardPower) / POWER_LIMIT
    values[25] = gpu.perfCap
    values[26] = gpu.voltage
    values[27] = gpu.cpuTemperature + 1.5 * random.noise()
    values[28] = workload.ram
    if (random.next() < SILENT_SENSOR) values[Math.floor(random.next() * values.length)] = Number.NaN
  }
}
