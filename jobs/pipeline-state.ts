import type { LogReport } from '../gpuz/log-reader.ts'
import type { Pipeline } from '../web/api.ts'
import { whyBroken } from './broken-sensor.ts'
import type { LogPipeline } from './log-pipeline.ts'

/** How the pipelines are doing, for the page; rows a second since the call before. */
export class PipelineState {
  readonly #notices: string[] = []
  #rows = 0
  #at = performance.now()
  #rate = 0
  #checkpointAt: number | null = null

  notice(text: string): void {
    this.#notices.push(text)
    if (this.#notices.length > MOST_NOTICES) this.#notices.shift()
  }

  checkpointed(): void {
    this.#checkpointAt = Date.now()
  }

  /** Takes the measure of a stretch of time: the rate is that of the last one. */
  tick(pipelines: readonly LogPipeline[]): void {
    const now = performance.now()
    const rows = pipelines.reduce((sum, { rows }) => sum + rows, 0)
    this.#rate = (rows - this.#rows) / Math.max((now - this.#at) / 1000, 0.001)
    this.#rows = rows
    this.#at = now
  }

  of(pipelines: readonly LogPipeline[]): Pipeline {
    const reports = pipelines.flatMap(({ report, log, device }) => (report === null ? [] : [{ report, log, device }]))
    const behind = pipelines.filter(({ caughtUp }) => !caughtUp)
    const bytes = behind.reduce((sum, { progress }) => sum + progress.bytes, 0)
    const size = behind.reduce((sum, { progress }) => sum + progress.size, 0)
    const newest = Math.max(...pipelines.flatMap(({ live, last }) => (live && last !== null ? [last] : [])))
    const reasons = new Set(reports.flatMap(({ report }) => Object.keys(report.rejects)))
    return {
      rows: pipelines.reduce((sum, { rows }) => sum + rows, 0),
      rowsPerSecond: this.#rate,
      progress: behind.length === 0 ? null : size === 0 ? 0 : Math.min(1, bytes / size),
      lagMs: Number.isFinite(newest) ? Math.max(0, Date.now() - newest) : null,
      checkpointAt: this.#checkpointAt,
      rejects: [...reasons].map((reason) => ({
        reason,
        count: reports.reduce((sum, { report }) => sum + ((report.rejects as Record<string, number>)[reason] ?? 0), 0),
        examples: reports
          .flatMap(({ report, log }) =>
            report.firstRejects
              .filter((reject) => reject.reason === reason)
              .map(({ line, firstBytes }) => ({ log, line, firstBytes })),
          )
          .slice(0, EXAMPLES),
      })),
      troubles: reports.flatMap(({ report, device }) => troublesOf(device, report)),
      errors: pipelines.flatMap(({ engine }) => engine.errors.all()),
      notices: this.#notices,
    }
  }
}

const MOST_NOTICES = 50
const EXAMPLES = 5

function troublesOf(device: string, report: LogReport): Pipeline['troubles'] {
  const maximum = (field: string): number => report.sensors[field]?.max ?? 0
  return Object.values(report.sensors).flatMap((sensor) => {
    const { name, implausible, unreadable, firstImplausible, firstUnreadable } = sensor
    const broken = whyBroken(sensor, maximum)
    const what = [
      ...(broken === null ? [] : [broken]),
      ...(implausible > 0 ? [`${implausible} implausible values, the first ${firstImplausible}`] : []),
      ...(unreadable > 0 ? [`${unreadable} unreadable values, the first ${firstUnreadable}`] : []),
    ]
    return what.length === 0 ? [] : [{ device, field: name, what: what.join('; ') }]
  })
}
