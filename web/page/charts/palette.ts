type ColourName = 'ink' | 'muted' | 'rule' | 'paper' | 'warning' | 'critical'

/** What canvases need of the style sheet. To ask for it makes the browser compute styles, and a chart needs it dozens of times. */
interface Look {
  readonly rem: number
  readonly family: string
  readonly colours: Map<ColourName, string>
}

const DARK_SCHEME = matchMedia('(prefers-color-scheme: dark)')
let look: Look | null = null
const forget = () => {
  look = null
}
DARK_SCHEME.addEventListener('change', forget)
// zooming is resizing, too
addEventListener('resize', forget)

function currentLook(): Look {
  look ??= {
    rem: Number.parseFloat(getComputedStyle(document.documentElement).fontSize),
    family: getComputedStyle(document.body).fontFamily,
    colours: new Map(),
  }
  return look
}

/** Colours of the page as canvases need them, by the system's preference for light or dark. */
export function colour(name: ColourName): string {
  const { colours } = currentLook()
  let value = colours.get(name)
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
    colours.set(name, value)
  }
  return value
}

export interface Stroke {
  readonly colour: string
  /** lengths of strokes and gaps in px; empty: solid */
  readonly dash: readonly number[]
}

// Okabe and Ito, "Color Universal Design" (2008), darkened for paper and lightened for a dark screen until each has a contrast of 3:1.
const LIGHT = ['#0072b2', '#c35500', '#00845f', '#b4568f', '#2c8fc4', '#9a6b00']
const DARK = ['#56b4e9', '#e69f00', '#2fc297', '#e08fbd', '#f0e442', '#ef8354']
const DASHES = [[], [6, 3], [2, 3]] as const

/** The n-th line of a chart: after six colours the line is broken, so that no two look alike. */
export function stroke(n: number): Stroke {
  const colours = isDark() ? DARK : LIGHT
  return { colour: colours[n % colours.length], dash: DASHES[Math.floor(n / colours.length) % DASHES.length] }
}

export function isDark(): boolean {
  return DARK_SCHEME.matches
}

/** A colour `#rrggbb` that lets through what is behind it. @param opacity 0…1 */
export function translucent(hex: string, opacity: number): string {
  return `${hex}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`
}

/** px of one rem: canvases grow with the page's letters. */
export function rem(): number {
  return currentLook().rem
}

/** px of a line: as thick on a wall as on a desk. */
export function lineWidth(): number {
  return 0.09 * rem()
}

export function font(): string {
  return `${Math.round(0.8 * rem())}px ${currentLook().family}`
}
