import { sensorOf } from '../gpuz/catalogue.ts'
import type { Episode } from './episode.ts'
import { decimal } from './number-text.ts'
import { sensorLabel } from './sensor-label.ts'

/** What a rule means for a person, and what to do about it. */
export interface Advice {
  readonly title: string
  readonly todo: string
  /** what an episode's peak and bound show, where the rule is not about a reading above a limit */
  readonly evidence?: (peak: string, bound: string) => string
}

const COOLING =
  'Check that the fans turn and the cooler is free of dust, raise the fan curve, let more air into the case'

/** By the name of the rule in ksql/03-alerts.ksql. */
const ADVICE: Readonly<Record<string, Advice>> = {
  'gpu-hot': { title: 'GPU hot', todo: `${COOLING}, or lower the power limit.` },
  'gpu-critical': {
    title: 'GPU critically hot',
    todo: `Stop the load now, the card is near its limit. ${COOLING}; if that does not help, renew the thermal paste.`,
  },
  'cpu-hot': {
    title: 'CPU hot',
    todo: 'Check the CPU cooler and its fan; the card warms the air the CPU gets, so look at the case fans as well.',
  },
  'power-high': {
    title: 'Board power high',
    todo: 'Normal for a large card under full load. Lower the power limit if the power supply is near its own.',
  },
  'power-critical': {
    title: 'Board power critical',
    todo: 'Lower the power limit, and check that each power plug of the card has a cable of its own to the power supply.',
  },
  'load-high': {
    title: 'GPU fully loaded',
    todo: 'Nothing to do in a game or a benchmark. If nothing should be running, look for the process in the task manager.',
  },
  'hotspot-delta': {
    title: 'Hot spot far above the GPU',
    todo: 'The cooler sits unevenly or the thermal paste has dried: tighten the cooler evenly, or renew the paste.',
    evidence: (peak, bound) => `up to ${peak} °C above the GPU temperature (limit ${bound} °C)`,
  },
  'vram-hot': {
    title: 'Video memory hot',
    todo: 'Raise the fan curve or lower the memory clock; if it stays hot, the thermal pads may need renewal.',
  },
  'throttle-thermal': {
    title: 'Slowed down by heat',
    todo: `The card lowers its clock to stay cool. ${COOLING}.`,
    evidence: (peak) => `PerfCap Reason thermal, GPU temperature up to ${peak} °C`,
  },
  'throttle-power': {
    title: 'Slowed down by the power limit',
    todo: 'Normal under full load. Raise the power limit if cooling and power supply allow it, or undervolt.',
    evidence: (peak) => `PerfCap Reason power, board power up to ${peak} W`,
  },
  'fan-stopped': {
    title: 'Fan stopped while hot',
    todo: 'Look whether a cable blocks the fan and whether the fan curve is right; a dead fan must be replaced.',
    evidence: (peak, bound) => `0 RPM, GPU temperature up to ${peak} °C (limit ${bound} °C)`,
  },
  'temperature-jump': {
    title: 'Temperature jumped',
    todo: 'A jump between two readings means a loose cooler, a stuck pump or a sensor that lies: check how the cooler sits.',
    evidence: (peak, bound) => `up by ${peak} °C between two readings (limit ${bound} °C)`,
  },
  'sensor-silent': {
    title: 'Sensor gone silent',
    todo: 'The card sleeps (a laptop), or the driver has crashed: look into the event log, and renew the driver.',
    evidence: (peak) => `GPU temperature gave no reading any more, the last was ${peak} °C`,
  },
}

/** The advice for a rule; a rule of somebody's own statements has none but its name. */
export function adviceFor(rule: string): Advice {
  return ADVICE[rule] ?? { title: rule, todo: '' }
}

/** Which sensor, and its peak against the limit, as far as an episode has them. */
export function evidenceOf({ rule, sensor, peak, bound }: Episode): string {
  if (peak === null) return sensorLabel(sensor)
  const { evidence } = adviceFor(rule)
  if (evidence !== undefined) return evidence(decimal(peak), bound === null ? '' : decimal(bound))
  const unit = sensorOf(sensor)?.unit ?? ''
  const limit = bound === null ? '' : ` (limit ${decimal(bound)} ${unit})`
  return `${sensorLabel(sensor)} reached ${decimal(peak)} ${unit}${limit}`
}
