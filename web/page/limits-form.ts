import type { LimitInfo } from '../api.ts'
import { messageOf, putLimit } from './ask.ts'
import type { Context } from './context.ts'
import { button, el, table } from './dom.ts'

/** Thresholds of one device; a change is a row in the limits table and acts on the next reading. */
export class LimitsForm {
  readonly element: HTMLElement
  readonly device: string
  readonly #context: Context
  readonly #outcome = el('p', { class: 'note', role: 'status' })
  readonly #rows = new Map<string, { info: LimitInfo; field: HTMLInputElement; unset: HTMLButtonElement }>()

  constructor(context: Context, device: string) {
    this.device = device
    this.#context = context
    this.element = el(
      'div',
      { class: 'limits' },
      table(
        `Limits of ${device}`,
        [
          { head: 'Limit', cell: ({ label }) => label },
          { head: 'Value', cell: (info) => this.#row(info) },
        ],
        context.state.limits.names,
      ),
      this.#outcome,
    )
    this.update()
  }

  /** Shows the limits as they are; one that is being typed is left alone. */
  update(): void {
    const own = this.#context.state.limits.devices[this.device] ?? {}
    for (const { info, field, unset } of this.#rows.values()) {
      if (field !== document.activeElement) field.value = String(own[info.name] ?? info.standard)
      unset.disabled = own[info.name] === undefined
    }
  }

  #row(info: LimitInfo): HTMLElement {
    const field = el('input', { type: 'number', step: 'any', 'aria-label': `${info.label} in ${info.unit}` })
    const name = `${info.label}: back to the default`
    const unset = button(`Default ${info.standard}`, { 'aria-label': name }, () => void this.#put(info, null))
    field.addEventListener('change', () => {
      const value = field.valueAsNumber
      if (Number.isNaN(value)) this.#outcome.textContent = `${info.label}: that is no number.`
      else void this.#put(info, value)
    })
    this.#rows.set(info.name, { info, field, unset })
    return el('span', { class: 'limit' }, field, el('span', { class: 'unit' }, info.unit), unset)
  }

  async #put(info: LimitInfo, value: number | null): Promise<void> {
    try {
      const limits = await putLimit(this.device, info.name, value)
      this.#context.state = { ...this.#context.state, limits }
      this.update()
      this.#outcome.textContent = `${info.label}: ${value ?? `${info.standard} (default)`} ${info.unit}, from the next reading on.`
    } catch (error) {
      this.#outcome.textContent = `${info.label} was not changed: ${messageOf(error)}`
    }
  }
}
