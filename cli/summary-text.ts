import { adviceFor, evidenceOf } from '../jobs/advice.ts'
import { durationText } from '../jobs/duration-text.ts'
import { decimal, whole } from '../jobs/number-text.ts'
import type { RunResult } from '../jobs/run.ts'
import { lasting } from './episode-text.ts'
import type { WallClock } from './time-text.ts'

/** What a run has found, for a person. */
export function summaryText(result: RunResult, clock: WallClock): string[] {
  return [
    '',
    'Summary',
    ...readings(result, clock),
    ...episodes(result, clock),
    ...hottest(result, clock),
    ...energy(result),
    ...troubles(result),
  ]
}

function readings({ rows, seconds, firstTs, lastTs, starts, gaps, sessions }: RunResult, clock: WallClock): string[] {
  const speed = seconds > 0 ? `, ${whole(Math.round(rows / seconds))} rows/s` : ''
  const lines = [`  readings   ${whole(rows)} in ${decimal(seconds)} s${speed}`]
  if (firstTs !== null && lastTs !== null) {
    lines.push(
      `  time       ${clock.at(firstTs)} to ${clock.until(firstTs, lastTs)} (${durationText(lastTs - firstTs)})`,
    )
  }
  const uses = sessions.map(({ scenario, count, total }) => `${whole(count)} × ${scenario} (${durationText(total)})`)
  lines.push(
    `  sessions   ${[...uses, plural(starts, 'start', 'starts')].join(', ')} of GPU-Z, ${plural(gaps, 'pause', 'pauses')}`,
  )
  return lines
}

function episodes({ episodesByRule, alerts, episodes }: RunResult, clock: WallClock): string[] {
  if (episodes === 0) return ['  alerts     none']
  const total = Object.values(alerts).reduce((sum, n) => sum + n, 0)
  const lines = [`  alerts     ${whole(total)} in ${plural(episodes, 'episode', 'episodes')}`]
  for (const { rule, severity, count, total, longest } of episodesByRule) {
    lines.push(
      `    ${rule.padEnd(17)} ${severity.padEnd(9)} ${plural(count, 'episode', 'episodes')}, ${durationText(total)} in all, ` +
        `${plural(alerts[rule] ?? 0, 'alert', 'alerts')}: ${adviceFor(rule).title}`,
      `      longest  ${clock.at(longest.started)}  ${longest.device}  ${lasting(longest)}: ${evidenceOf(longest)}`,
    )
  }
  return lines
}

function hottest({ hottestMinutes }: RunResult, clock: WallClock): string[] {
  return hottestMinutes.map(({ device, start, average, max }, i) => {
    const when = clock.at(start).slice(0, 16)
    return `  ${i === 0 ? 'hottest   ' : '          '} ${when}  ${device}  ${decimal(average)} °C on average, up to ${decimal(max)} °C`
  })
}

function energy({ energy }: RunResult): string[] {
  return Object.entries(energy).map(([device, wh], i) => {
    const text = wh < 1000 ? `${decimal(wh)} Wh` : `${(wh / 1000).toFixed(2)} kWh`
    return `  ${i === 0 ? 'energy    ' : '          '} ${device}  ${text}`
  })
}

function troubles({ rejects, rejectsByReason, rejectExamples, sensorTroubles, late, errors }: RunResult): string[] {
  const lines: string[] = []
  if (rejects > 0) {
    const reasons = Object.entries(rejectsByReason).map(([reason, n]) => `${reason} ${whole(n)}`)
    lines.push(`  rejects    ${plural(rejects, 'line', 'lines')} became no row: ${reasons.join(', ')}`)
    for (const { log, line, detail } of rejectExamples) lines.push(`    ${log}:${line}: ${detail}`)
  }
  for (const { device, field, unreadable, implausible, example } of sensorTroubles) {
    const counts = [
      ...(implausible > 0 ? [`${whole(implausible)} implausible`] : []),
      ...(unreadable > 0 ? [`${whole(unreadable)} unreadable`] : []),
    ]
    lines.push(`  sensor     ${device}  ${field}: ${counts.join(', ')}, taken as no reading (first: ${example})`)
  }
  for (const [topic, n] of Object.entries(late)) {
    lines.push(`  late       ${plural(n, 'row', 'rows')} came after their window in ${topic} had closed`)
  }
  for (const { place, what, count, example } of errors) {
    lines.push(`  error      ${place}, ${what}, ${plural(count, 'time', 'times')}: ${example}`)
  }
  return lines
}

function plural(count: number, one: string, many: string): string {
  return `${whole(count)} ${count === 1 ? one : many}`
}
