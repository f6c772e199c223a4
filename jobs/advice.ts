/** What a rule means for a person, and what to do about it. */
export interface Advice {
  readonly title: string
  readonly todo: string
}

const COOLING =
  'Check that the fans turn and the cooler is free of dust, raise the fan curve, let more air into the case'

/** By the name of the rule in ksql/03-alerts.ksql. */
const ADVICE: Readonly<Record<string, Advice>> = {
  'gpu-hot': { title: 'GPU hot', todo: `${COOLING}, or lower the power limit.` },
  'gpu-critical': {
    title: 'GPU critical',
    todo: `Stop the load now, the card is near its limit. ${COOLING}; if that does not help, renew the thermal paste.`,
  },
  'cpu-hot': {
    title: 'CPU hot',
    todo: 'Check the CPU cooler and its fan; a game that warms the case warms the CPU too, so look at the case fans as well.',
  },
  'power-high': {
    title: 'Board power high',
    todo: 'Normal for a card of this class under full load. Lower the power limit if the power supply is near its own.',
  },
  'power-critical': {
    title: 'Board power critical',
    todo: 'Lower the power limit and check that each power plug of the card has its own cable to the power supply.',
  },
  'load-high': {
    title: 'GPU fully loaded',
    todo: 'Nothing to do in a game or a benchmark. If nothing should be running, look for the process in the task manager.',
  },
  'hotspot-delta': {
    title: 'Hot spot far above the GPU temperature',
    todo: 'The cooler sits unevenly or the thermal paste has run out: tighten the cooler evenly, or renew the paste.',
  },
  'vram-hot': {
    title: 'Video memory hot',
    todo: 'Raise the fan curve or lower the memory clock; if it stays hot, the thermal pads may need renewal.',
  },
  'throttle-thermal': {
    title: 'Slowed down by heat',
    todo: `The card lowers its clock to stay cool. ${COOLING}.`,
  },
  'throttle-power': {
    title: 'Slowed down by the power limit',
    todo: 'The card has reached its power limit. Raise the limit if cooling and power supply allow, or undervolt.',
  },
  'fan-stopped': {
    title: 'Fan stopped while hot',
    todo: 'Look whether a cable blocks the fan and whether the fan curve is right; a dead fan must be replaced.',
  },
  'temperature-jump': {
    title: 'Temperature jumped',
    todo: 'A jump between two readings means a loose cooler or a failing sensor: check how the cooler sits.',
  },
  'sensor-silent': {
    title: 'Sensor gone silent',
    todo: 'The driver stopped answering: look for driver crashes in the event log, update or reinstall the driver.',
  },
}

/** The advice for a rule; a rule of somebody's own statements has none but its name. */
export function adviceFor(rule: string): Advice {
  return ADVICE[rule] ?? { title: rule, todo: '' }
}
