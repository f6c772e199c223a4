import type { Random } from './random.ts'
import type { Workload } from './workload.ts'

/** Bits of `PerfCap Reason`, as GPU-Z logs them (shared/gpuz/FORMAT.md, "PerfCap Reason"). */
export const PERF_CAP = { power: 1, thermal: 2, reliability: 4, voltage: 8, utilisation: 16 } as const

const AMBIENT = 26
/** W, of the card as it was sold: what GPU-Z calls 100 % TDP. */
export const POWER_LIMIT = 290
const UNLOCKED_POWER_LIMIT = 380
const THROTTLE_AT = 83
const CLOCK_MIN = 210
const CLOCK_MAX = 1980
const CLOCK_STEP = 15

/**
 * A graphics card of the 290 W class as a few differential equations, stepped once a reading.
 *
 * Heat: die → heat sink → air, each with its own mass, so temperatures lag power by tens of seconds; the air side depends on
 * the fans. Electricity: chip power = leakage(T) + c·V²·f·load with the voltage following the clock. The governor asks for
 * the highest clock the load deserves and is held back by the power limit, by heat, or by the voltage; what held it back is
 * what `perfCap` says.
 */
export class SimulatedGpu {
  /** MHz */
  clock = CLOCK_MIN
  memoryClock = 101.3
  /** °C */
  die = 36
  hotSpot = 40
  memoryTemperature = 44
  cpuTemperature = 40
  /** V */
  voltage = 0.7
  /** W */
  chipPower = 15
  memoryPower = 12
  uncorePower = 8
  boardPower = 35
  /** % of the fans' range, as commanded; the speed in rpm is what they really do */
  fanPercent = 0
  fanRpm = 0
  /** 0 to 1 */
  load = 0
  memoryLoad = 0
  perfCap: number = PERF_CAP.utilisation
  powerLimit = POWER_LIMIT

  readonly #random: Random
  #sink = 34
  #powerCap = CLOCK_MAX
  #thermalCap = CLOCK_MAX

  constructor(random: Random) {
    this.#random = random
  }

  /** Lets `seconds` pass under `workload`. Steps of up to about 2 s are stable. */
  step(seconds: number, workload: Workload): void {
    this.load = workload.gpu
    this.memoryLoad = workload.gpu * (workload.activity === 'game' ? 0.42 : 0.25)
    this.powerLimit = workload.fault === 'power-unlocked' ? UNLOCKED_POWER_LIMIT : POWER_LIMIT
    this.#govern(seconds, workload)
    this.#draw(workload)
    this.#cool(seconds, workload)
  }

  #govern(seconds: number, workload: Workload): void {
    const overshoot = this.boardPower - this.powerLimit
    this.#powerCap = clampClock(this.#powerCap + (overshoot > 0 ? -3 * overshoot : 30) * seconds)
    const tooHot = this.die - THROTTLE_AT
    this.#thermalCap = clampClock(this.#thermalCap + (tooHot > 0 ? -4.5 * tooHot : tooHot < -2 ? 20 : 0) * seconds)

    const busy = workload.activity === 'game'
    const wanted = busy ? CLOCK_MAX - Math.max(0, this.die - 45) : CLOCK_MIN + 2_400 * Math.max(0, workload.gpu - 0.04)
    const clock = Math.min(wanted, this.#powerCap, this.#thermalCap)
    this.clock = CLOCK_STEP * Math.floor(clampClock(clock) / CLOCK_STEP)
    this.voltage = 0.7 + 0.00625 * Math.round(Math.max(0, (this.clock - 1_000) * 0.00039) / 0.00625)
    this.memoryClock = busy ? 1_187.7 : workload.gpu > 0.1 ? 810.5 : 101.3

    let reasons = 0
    if (this.#powerCap < wanted) reasons |= PERF_CAP.power
    if (this.#thermalCap < wanted) reasons |= PERF_CAP.thermal
    if (!busy) reasons = PERF_CAP.utilisation
    else if (reasons === 0) reasons = PERF_CAP.reliability | (this.voltage > 1.06 ? PERF_CAP.voltage : 0)
    this.perfCap = reasons
  }

  #draw(workload: Workload): void {
    const leakage = 11 * (1 + 0.008 * (this.die - 40))
    const noise = 1 + 0.012 * this.#random.noise()
    const unlocked = this.powerLimit > POWER_LIMIT ? 1.22 : 1
    this.chipPower = (leakage + 0.121 * unlocked * this.voltage ** 2 * this.clock * this.load) * noise
    this.memoryPower = 9 + (workload.activity === 'game' ? 34 : 6) * (0.4 + this.memoryLoad)
    this.uncorePower = 7 + 0.09 * this.chipPower
    this.boardPower = this.chipPower + this.memoryPower + this.uncorePower + 0.05 * this.fanPercent
  }

  #cool(seconds: number, workload: Workload): void {
    const clogged = workload.fault === 'dust'
    const stopped = workload.fault === 'fans-stopped'
    // Below 55 °C the fans rest; once turning they rest again below 45 °C.
    const curve = this.die > 55 || (this.fanPercent > 0 && this.die > 45) ? 30 + 2 * Math.max(0, this.die - 55) : 0
    const wanted = Math.min(100, curve)
    this.fanPercent += clamp(wanted - this.fanPercent, -4 * seconds, 6 * seconds)
    if (curve > 0 && this.fanPercent < 30) this.fanPercent = 30
    if (curve === 0 && this.fanPercent < 30) this.fanPercent = 0
    this.fanRpm = stopped || this.fanPercent === 0 ? 0 : 34 * this.fanPercent + 6 * this.#random.noise()

    const air = AMBIENT + (clogged ? 8 : 0)
    const sinkToAir = (0.09 + 0.34 * Math.exp(-this.fanRpm / 700)) * (clogged ? 1.55 : 1)
    this.#sink += (seconds / 270) * (this.boardPower - (this.#sink - air) / sinkToAir)
    const diePull = Math.min(1, seconds / 3)
    this.die += (this.#sink + 0.062 * this.chipPower - this.die) * diePull
    this.hotSpot = this.die + (clogged ? 0.12 : 0.05) * this.chipPower + 3 + 0.3 * this.#random.noise()
    const memoryPull = Math.min(1, seconds / 25)
    this.memoryTemperature += (this.#sink + 0.45 * this.memoryPower - this.memoryTemperature) * memoryPull
    const cpuPull = Math.min(1, seconds / 4)
    this.cpuTemperature += (AMBIENT + 11 + 60 * workload.cpu - this.cpuTemperature) * cpuPull
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}

function clampClock(clock: number): number {
  return clamp(clock, CLOCK_MIN, CLOCK_MAX)
}
