import { durationText } from '../jobs/duration-text.ts'
import type { InspectedSensor, InspectReport } from '../jobs/inspect.ts'
import { whole } from '../jobs/number-text.ts'
import { WallClock } from './time-text.ts'

/** Most gaps, sessions and rejects that are listed. */
const LISTED = 10

/** What is in a log, for a person. */
export function formatInspectReport(report: InspectReport): string {
  const clock = new WallClock(report.timezone)
  return [
    report.name,
    ...file(report),
    ...time(report, clock),
    ...rejects(report),
    ...sensorTable(report.sensors),
    '',
  ].join('\n')
}

function file(report: InspectReport): string[] {
  const { bytes, encoding, bom, lineEnd, separator, headers, headerless, columnChanges, columns, rows, rejected } =
    report
  const named = headerless
    ? 'no header: columns told from the first row'
    : `${headers} header${headers === 1 ? '' : 's'}`
  const changed = columnChanges > 0 ? `, columns changed ${columnChanges} times` : ''
  const mark = bom ? ' with byte order mark' : ''
  return [
    `  file       ${whole(bytes)} bytes, ${encodingName[encoding ?? 'ascii']}${mark}, line end ${lineEnd ?? 'none'}, separator ${separatorName(separator)}`,
    `  columns    ${columns.length + 1} with the date; ${named}${changed}`,
    `  rows       ${whole(rows)}${rejected > 0 ? `, and ${rejected === 1 ? '1 line that is' : `${whole(rejected)} lines that are`} none` : ''}`,
  ]
}

const encodingName = {
  ascii: 'ASCII',
  windows: 'Windows code page',
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 little-endian',
  'utf-16be': 'UTF-16 big-endian',
} as const

function separatorName(separator: string | null): string {
  return separator === '\t'
    ? 'tab'
    : separator === 'blanks' || separator === null
      ? (separator ?? 'none')
      : `"${separator}"`
}

function time(report: InspectReport, clock: WallClock): string[] {
  const { firstTs, lastTs, timezone, equalStamps, stepsBack, sessionCount, sessions, gapCount, gaps } = report
  if (firstTs === null || lastTs === null) return []
  const odd = [
    ...(equalStamps > 0 ? [`${whole(equalStamps)} rows share the stamp of the row before`] : []),
    ...(stepsBack > 0 ? [`the clock steps back ${whole(stepsBack)} times`] : []),
  ]
  return [
    `  time       ${clock.at(firstTs)} to ${clock.until(firstTs, lastTs)} ${timezone} (${durationText(lastTs - firstTs)})`,
    ...(odd.length > 0 ? [`             ${odd.join('; ')}`] : []),
    `  sessions   ${sessionCount}`,
    ...listed(sessions, sessionCount, ({ line, rows, firstTs: from, lastTs: to }) =>
      from === null || to === null
        ? `line ${line}: no rows`
        : `line ${line}: ${whole(rows)} ${rows === 1 ? 'row' : 'rows'}, ${clock.at(from)} to ${clock.until(from, to)}`,
    ),
    `  gaps       ${gapCount}`,
    ...listed(
      gaps,
      gapCount,
      ({ line, fromTs, toTs, atHeader }) =>
        `line ${line}: ${durationText(toTs - fromTs)} from ${clock.at(fromTs)}${atHeader ? ', at a header' : ', no header'}`,
    ),
  ]
}

function rejects({ rejects: counts, rejected, firstRejects }: InspectReport): string[] {
  if (rejected === 0) return []
  const reasons = Object.entries(counts).map(([reason, count]) => `${whole(count)} ${reason}`)
  return [
    `  rejects    ${reasons.join(', ')}`,
    ...listed(firstRejects, rejected, ({ line, detail, firstBytes }) => `line ${line}: ${detail}: ${firstBytes}`),
  ]
}

function listed<Entry>(entries: readonly Entry[], count: number, text: (entry: Entry) => string): string[] {
  const lines = entries.slice(0, LISTED).map((entry) => `             ${text(entry)}`)
  return count > lines.length ? [...lines, `             and ${whole(count - lines.length)} more`] : lines
}

function sensorTable(sensors: readonly InspectedSensor[]): string[] {
  const head = ['sensor', 'header', 'min', 'max', 'nulls', '']
  const rows = sensors.map(({ name, known, header, min, max, nulls, broken, implausible, unreadable }) => [
    known ? name : `(${name})`,
    header,
    min === null ? '-' : String(min),
    max === null ? '-' : String(max),
    whole(nulls),
    [
      ...(broken === null ? [] : [`looks broken: ${broken}`]),
      ...(implausible > 0 ? [`${whole(implausible)} implausible`] : []),
      ...(unreadable > 0 ? [`${whole(unreadable)} unreadable`] : []),
    ].join('; '),
  ])
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)))
  return [head, ...rows].map((row) => {
    const cells = row.map((cell, i) => (i >= 2 && i <= 4 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
    return `  ${cells.join('  ')}`.trimEnd()
  })
}
