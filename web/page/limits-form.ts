import type { LimitInfo } from '../api.ts'
import { messageOf, putLimit } from './ask.ts'
import type { Context } from './context.ts'
import { button, el, table } from './dom.ts'

/** Thresholds of one device; a change is a row in the limits table and acts on the next reading. */
export function limitsForm(context: Context, device: string): HTMLElement {
  const outcome = el('p', { class: 'note', role: 'status' })
  const own = context.state.limits.devices[device] ?? {}

  const put = async (info: LimitInfo, value: number | null) => {
    try {
      const limits = await putLimit(device, info.name, value)
      context.state = { ...context.state, limits }
      outcome.textContent = `${info.label}: ${value ?? `${info.standard} (default)`} ${info.unit}, from the next reading on.`
    } catch (error) {
      outcome.textContent = `${info.label} was not changed: ${messageOf(error)}`
    }
  }

  const input = (info: LimitInfo) => {
    const field = el('input', {
      type: 'number',
      step: 'any',
      value: own[info.name] ?? info.standard,
      'aria-label': `${info.label} in ${info.unit}`,
      name: info.name,
    })
    const unset = button(
      `Default ${info.standard}`,
      { disabled: own[info.name] === undefined, 'aria-label': `${info.label}: back to the default` },
      () => {
        field.value = String(info.standard)
        unset.disabled = true
        void put(info, null)
      },
    )
    field.addEventListener('change', () => {
      const value = field.valueAsNumber
      if (Number.isNaN(value)) {
        outcome.textContent = `${info.label}: "${field.value}" is no number.`
        return
      }
      unset.disabled = false
      void put(info, value)
    })
    return el('span', { class: 'limit' }, field, el('span', { class: 'unit' }, info.unit), unset)
  }

  return el(
    'div',
    { class: 'limits' },
    table(
      `Limits of ${device}`,
      [
        { head: 'Limit', cell: ({ label }) => label },
        { head: 'Value', cell: input },
      ],
      context.state.limits.names,
    ),
    outcome,
  )
}
