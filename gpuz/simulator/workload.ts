import type { Random } from './random.ts'

/** What the person at the machine does. */
export type Activity = 'idle' | 'browse' | 'game'

/** What is wrong with the machine: fans that stand still, a clogged cooler, a power limit raised too far. */
export type Fault = 'none' | 'fans-stopped' | 'dust' | 'power-unlocked'

interface Phase {
  readonly activity: Activity
  readonly seconds: number
  readonly fault: Fault
  /** when the fault begins and ends, in seconds from the start of the phase */
  readonly faultFrom: number
  readonly faultUntil: number
}

/** A watcher's first minute: a short calm, then a game during which the fans stop and come back. */
const OPENING: readonly Phase[] = [
  { activity: 'idle', seconds: 5, fault: 'none', faultFrom: 0, faultUntil: 0 },
  { activity: 'game', seconds: 150, fault: 'fans-stopped', faultFrom: 6, faultUntil: 75 },
]

const FAULTS: readonly Fault[] = ['none', 'fans-stopped', 'dust', 'power-unlocked']

/** What each activity asks of the machine: shares of full use, memory in MB. */
const DEMAND = {
  idle: { gpu: 0.01, swing: 0.015, video: 0, cpu: 0.06, vram: 900, ram: 9_800 },
  browse: { gpu: 0.16, swing: 0.12, video: 0.18, cpu: 0.25, vram: 1_900, ram: 13_500 },
  game: { gpu: 0.975, swing: 0.02, video: 0, cpu: 0.68, vram: 7_400, ram: 21_000 },
} as const

/** The day of a gaming PC: phases of idling, browsing and playing, some of them with a fault. */
export class Workload {
  /** shares of full use, 0 to 1 */
  gpu = 0
  video = 0
  cpu = 0
  /** MB */
  vram = DEMAND.idle.vram as number
  ram = DEMAND.idle.ram as number
  activity: Activity = 'idle'
  fault: Fault = 'none'

  readonly #random: Random
  #phase: Phase = OPENING[0]
  #next = 1
  #elapsed = 0

  constructor(random: Random) {
    this.#random = random
  }

  /** Lets `seconds` pass. */
  step(seconds: number): void {
    this.#elapsed += seconds
    if (this.#elapsed >= this.#phase.seconds) {
      this.#elapsed -= this.#phase.seconds
      this.#phase = this.#next < OPENING.length ? OPENING[this.#next] : this.#draw()
      this.#next++
    }
    const { activity, fault, faultFrom, faultUntil } = this.#phase
    const random = this.#random
    const demand = DEMAND[activity]
    this.activity = activity
    this.fault = this.#elapsed >= faultFrom && this.#elapsed < faultUntil ? fault : 'none'
    this.gpu = share(demand.gpu + demand.swing * random.noise())
    this.video = demand.video > 0 ? share(demand.video + 0.1 * random.noise()) : 0
    this.cpu = share(demand.cpu + 0.07 * random.noise())
    // Memory fills and empties over seconds, as levels and tabs load.
    const pull = Math.min(1, seconds * 0.15)
    this.vram += (demand.vram + 40 * random.noise() - this.vram) * pull
    this.ram += (demand.ram + 60 * random.noise() - this.ram) * pull
  }

  /** Real sessions last minutes to hours; every other game meets a fault. */
  #draw(): Phase {
    const random = this.#random
    if (this.#phase.activity === 'game')
      return calm(random.next() < 0.5 ? 'idle' : 'browse', random.between(900, 7_200))
    if (random.next() < 0.4)
      return calm(this.#phase.activity === 'idle' ? 'browse' : 'idle', random.between(300, 3_600))
    const seconds = random.between(600, 3_600)
    const fault = random.next() < 0.5 ? FAULTS[1 + Math.floor(random.next() * 3)] : 'none'
    const faultFrom = random.between(60, seconds / 2)
    return { activity: 'game', seconds, fault, faultFrom, faultUntil: faultFrom + random.between(60, 300) }
  }
}

function calm(activity: Activity, seconds: number): Phase {
  return { activity, seconds, fault: 'none', faultFrom: 0, faultUntil: 0 }
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value))
}
