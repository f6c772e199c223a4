import { isDark } from './charts/palette.ts'

type Rgb = readonly [number, number, number]

// Cividis (Nuñez, Anderton, Renslow 2018): looks the same to most colour-blind eyes, and its lightness rises evenly.
const SEQUENTIAL: readonly Rgb[] = [
  [0, 34, 78],
  [53, 69, 108],
  [102, 105, 112],
  [148, 142, 119],
  [200, 184, 102],
  [254, 232, 56],
]

export interface Shade {
  readonly background: string
  /** letters that can be read on it */
  readonly ink: string
}

/** Shade of a value on a scale from little (0) to much (1). */
export function sequential(share: number): Shade {
  const at = Math.min(1, Math.max(0, share)) * (SEQUENTIAL.length - 1)
  const i = Math.min(SEQUENTIAL.length - 2, Math.floor(at))
  return shade(mix(SEQUENTIAL[i], SEQUENTIAL[i + 1], at - i))
}

/** Shade of a value from −1 (orange) over 0 (paper) to 1 (blue). */
export function diverging(value: number): Shade {
  const paper: Rgb = isDark() ? [24, 27, 28] : [255, 255, 255]
  const end: Rgb = value < 0 ? [230, 120, 0] : [0, 114, 178]
  return shade(mix(paper, end, Math.min(1, Math.abs(value))))
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2) => Math.round(a[i] + share * (b[i] - a[i]))
  return [part(0), part(1), part(2)]
}

function shade(rgb: Rgb): Shade {
  // Relative luminance as WCAG 2 defines it; at 0.18 black and white letters have the same contrast.
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return { background: `rgb(${rgb.join(' ')})`, ink: luminance > 0.18 ? '#000' : '#fff' }
}
