import type { Settings } from '../handles.ts'
import type { Session } from './session.ts'

/** Runs `work` with more properties and variables than the session has; afterwards the session has what it had. */
export function inScope<T>({ properties, variables }: Session, settings: Settings, work: () => T): T {
  const outer = { properties: new Map(properties), variables: new Map(variables) }
  for (const [name, value] of settings.properties) properties.set(name.toLowerCase(), value)
  for (const [name, value] of settings.variables) variables.set(name.toUpperCase(), value)
  try {
    return work()
  } finally {
    replaceAll(properties, outer.properties)
    replaceAll(variables, outer.variables)
  }
}

function replaceAll(map: Map<string, string>, entries: ReadonlyMap<string, string>): void {
  map.clear()
  for (const [name, value] of entries) map.set(name, value)
}
