import { Point } from '@influxdata/influxdb-client'
import type { Sample } from '../store/backlog.ts'
import type { ChangedEpisode, EpisodeIdentity } from '../store/exported-episodes.ts'

/**
 * A point of a measurement with a field for each value that there is: a missing reading has none. Every field is a float, always: a measurement refuses
 * a field of another type than its first.
 */
export function samplePoint(measurement: string, { device, host, time, values }: Sample): Point {
  const point = tagged(measurement, { device, host }).timestamp(time)
  for (const [field, value] of Object.entries(values)) addFloat(point, field, value)
  return point
}

/** The point of an episode. It stays one point while the episode changes, because tags and time stay. */
export function episodePoint(episode: ChangedEpisode): Point {
  const { id, sensor, started, ended, count, peak, bound, open } = episode
  const point = identified(episode)
    .intField('episode', id)
    .intField('started', started)
    .intField('ended', ended)
    .intField('count', count)
    .floatField('seconds', (ended - started) / 1000)
    .booleanField('open', open)
    .stringField('sensor', sensor)
  addFloat(point, 'peak', peak)
  addFloat(point, 'bound', bound)
  return point
}

/** Closes the point of an episode that has become part of another; its other fields stay. */
export function goneEpisodePoint(episode: EpisodeIdentity): Point {
  return identified(episode).booleanField('open', false)
}

function identified({ device, host, rule, severity, time }: EpisodeIdentity): Point {
  return tagged('gpu_episode', { device, host, rule, severity }).timestamp(time)
}

/** Line protocol knows no NaN and no infinity, and one such field costs the whole request. */
function addFloat(point: Point, field: string, value: number | null): void {
  if (value !== null && Number.isFinite(value)) point.floatField(field, value)
}

function tagged(measurement: string, tags: Readonly<Record<string, string>>): Point {
  const point = new Point(measurement)
  // A backslash at the end would escape the comma that follows; the client leaves that to its caller.
  for (const [name, value] of Object.entries(tags))
    point.tag(
      name,
      value.replace(/\\+$/, (end) => '/'.repeat(end.length)),
    )
  return point
}
