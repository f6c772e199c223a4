import { Refusal } from './refusal.ts'

/** The least and greatest ms a JavaScript date can hold (ECMA-262, "Time Values and Time Range"). */
const TIME_LIMIT = 8.64e15
const PIXELS_MAX = 10_000

/** The query parameters of one request, checked: every complaint names parameter and value. */
export class Query {
  readonly #values: URLSearchParams

  /**
   * @param known names of all parameters the endpoint takes
   * @throws Refusal for a parameter it does not take, or one given twice
   */
  constructor(url: string, known: readonly string[]) {
    this.#values = new URL(url).searchParams
    for (const name of this.#values.keys()) {
      if (!known.includes(name))
        throw new Refusal(400, `there is no parameter "${name}" here`, `Known: ${known.join(', ') || 'none'}.`)
      if (this.#values.getAll(name).length > 1) throw new Refusal(400, `parameter "${name}" is given more than once`)
    }
  }

  /** @throws Refusal where it is missing or empty */
  text(name: string): string {
    const value = this.optionalText(name)
    if (value === undefined) throw new Refusal(400, `parameter "${name}" is missing`)
    return value
  }

  optionalText(name: string): string | undefined {
    const value = this.#values.get(name)
    if (value === '') throw new Refusal(400, `parameter "${name}" is empty`)
    return value ?? undefined
  }

  /** Texts parted by commas. */
  list(name: string): string[] {
    const items = this.text(name).split(',')
    if (items.includes('')) throw new Refusal(400, `parameter "${name}" has an empty item: "${items.join(',')}"`)
    return items
  }

  /** ms since 1970-01-01 UTC; fractions are cut off. */
  time(name: string): number {
    return timeOf(name, this.text(name))
  }

  optionalTime(name: string): number | undefined {
    const value = this.optionalText(name)
    return value === undefined ? undefined : timeOf(name, value)
  }

  /** A device's stretch of time, of the parameters device, from and to with `suffix` behind each. */
  span(suffix = ''): { device: string; from: number; to: number } {
    const span = {
      device: this.text(`device${suffix}`),
      from: this.time(`from${suffix}`),
      to: this.time(`to${suffix}`),
    }
    if (span.from >= span.to)
      throw new Refusal(
        400,
        `parameter "from${suffix}" (${span.from}) is not before "to${suffix}" (${span.to})`,
        'Times are ms since 1970-01-01 UTC.',
      )
    return span
  }

  pixels(): number {
    const text = this.text('pixels')
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1 || value > PIXELS_MAX)
      throw new Refusal(400, `parameter "pixels" is "${text}"`, `Give a whole number from 1 to ${PIXELS_MAX}.`)
    return value
  }
}

function timeOf(name: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || Math.abs(value) > TIME_LIMIT)
    throw new Refusal(400, `parameter "${name}" is "${text}"`, 'Give ms since 1970-01-01 UTC.')
  return Math.trunc(value)
}
