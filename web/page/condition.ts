import type { Context } from './context.ts'
import { grouped } from './format.ts'

/** A reading this close below its limit is near it: a share of the limit. */
const NEAR = 0.05

export interface Condition {
  readonly kind: 'fine' | 'near' | 'broken' | 'critical'
  /** never by colour alone */
  readonly text: string
}

/** How a reading stands to its limits on a device. A load at its limit is no fault (ksql/03-alerts.ksql), so it is told without alarm. */
export function conditionOf(context: Context, device: string, field: string, value: number | null): Condition {
  const limits = context.limitsOf(device, field)
  const fine: Condition = { kind: 'fine', text: limits.length === 0 ? '' : limitText(context, field, limits[0].value) }
  if (value === null || limits.length === 0) return fine
  const broken = limits.findLast((limit) => value > limit.value)
  if (broken !== undefined) {
    const text = `above ${limitText(context, field, broken.value)}`
    if (context.sensor(field).kind === 'load') return { kind: 'fine', text }
    return { kind: broken.info.name.endsWith('_critical') ? 'critical' : 'broken', text }
  }
  if (context.sensor(field).kind === 'load' || value < (1 - NEAR) * limits[0].value) return fine
  return { kind: 'near', text: `near ${limitText(context, field, limits[0].value)}` }
}

function limitText(context: Context, field: string, value: number): string {
  const { unit } = context.sensor(field)
  return `limit ${grouped(value, Number.isInteger(value) ? 0 : 1)} ${unit}`
}
