import type { ScalarFunction } from '../definition.ts'
import { typed } from './typed.ts'

const EARTH_RADIUS = { KM: 6371, MI: 3959 }
const DEGREES_TO_RADIANS = Math.PI / 180

function radius(unit: string | null): number {
  switch ((unit ?? 'KM').toUpperCase()) {
    case 'KM':
    case 'KILOMETER':
    case 'KILOMETERS':
      return EARTH_RADIUS.KM
    case 'MI':
    case 'MILE':
    case 'MILES':
      return EARTH_RADIUS.MI
    default:
      throw new Error(`GEO_DISTANCE: unknown unit '${unit}', it is 'KM' or 'MI'`)
  }
}

/**
 * Distance of two points in degrees along the earth's surface, in km or miles, by the haversine formula:
 * https://en.wikipedia.org/wiki/Haversine_formula
 */
function greatCircle(lat1: number, lon1: number, lat2: number, lon2: number, unit: string | null): number {
  for (const lat of [lat1, lat2]) if (Math.abs(lat) > 90) throw new Error(`GEO_DISTANCE: latitude ${lat} is beyond ±90`)
  for (const lon of [lon1, lon2])
    if (Math.abs(lon) > 180) throw new Error(`GEO_DISTANCE: longitude ${lon} is beyond ±180`)
  const south = Math.sin(((lat2 - lat1) * DEGREES_TO_RADIANS) / 2)
  const east = Math.sin(((lon2 - lon1) * DEGREES_TO_RADIANS) / 2)
  const haversine =
    south * south + east * east * Math.cos(lat1 * DEGREES_TO_RADIANS) * Math.cos(lat2 * DEGREES_TO_RADIANS)
  return 2 * Math.asin(Math.sqrt(haversine)) * radius(unit)
}

/** An unknown unit is an error, but a missing one means km. */
function distance(...args: (number | string | null)[]): number | null {
  const [lat1, lon1, lat2, lon2, unit = null] = args
  if (lat1 === null || lon1 === null || lat2 === null || lon2 === null) return null
  return greatCircle(Number(lat1), Number(lon1), Number(lat2), Number(lon2), unit === null ? null : String(unit))
}

export const geoFunctions: readonly ScalarFunction[] = [
  {
    name: 'GEO_DISTANCE',
    description:
      "GEO_DISTANCE(lat1, lon1, lat2, lon2[, unit]): great-circle distance of two points given in degrees, in 'KM' or 'MI'.",
    category: 'OTHER',
    variants: [
      {
        parameters: ['DOUBLE', 'DOUBLE', 'DOUBLE', 'DOUBLE', 'VARCHAR'],
        returns: 'DOUBLE',
        nulls: 'pass',
        bind: () => typed(distance),
      },
      {
        parameters: ['DOUBLE', 'DOUBLE', 'DOUBLE', 'DOUBLE'],
        returns: 'DOUBLE',
        nulls: 'propagate',
        bind: () => typed(distance),
      },
    ],
  },
]
