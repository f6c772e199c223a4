import { sensorOf } from '../gpuz/catalogue.ts'

/** A sensor as GPU-Z calls it, without its unit; a field that the catalogue does not know keeps its name. */
export function sensorLabel(field: string): string {
  return (sensorOf(field)?.headers[0] ?? field.replaceAll('_', ' ')).replace(/\s*\[[^\]]*\]$/, '')
}
