import type { LogReport } from '../gpuz/log-reader.ts'

/** Values of one sensor that were no readings. */
export interface SensorTrouble {
  readonly device: string
  readonly field: string
  /** neither a number nor `-` */
  unreadable: number
  /** outside what the quantity can be */
  implausible: number
  /** the first of them */
  example: string | null
}

/** A line that became no row. */
export interface RejectExample {
  readonly log: string
  readonly line: number
  readonly reason: string
  readonly detail: string
}

const EXAMPLES = 5

/** What the readers of all logs found, added up. */
export class LogTotals {
  rows = 0
  rejected = 0
  readonly rejects: Record<string, number> = {}
  readonly rejectExamples: RejectExample[] = []
  /** how often GPU-Z was started: headers, and files without one */
  starts = 0
  gaps = 0
  readonly #sensors = new Map<string, SensorTrouble>()

  /** @param report of a reader that has come to its end */
  add(report: LogReport, device: string, log: string): void {
    this.rows += report.rows
    this.rejected += report.rejected
    this.starts += report.sessionCount
    this.gaps += report.gapCount
    for (const [reason, count] of Object.entries(report.rejects)) {
      this.rejects[reason] = (this.rejects[reason] ?? 0) + count
    }
    for (const { line, reason, detail } of report.firstRejects) {
      if (this.rejectExamples.length < EXAMPLES) this.rejectExamples.push({ log, line, reason, detail })
    }
    for (const { name, unreadable, implausible, firstUnreadable, firstImplausible } of Object.values(report.sensors)) {
      if (unreadable + implausible === 0) continue
      const trouble = this.#trouble(device, name)
      trouble.unreadable += unreadable
      trouble.implausible += implausible
      trouble.example ??= firstUnreadable ?? String(firstImplausible)
    }
  }

  get troubles(): readonly SensorTrouble[] {
    return [...this.#sensors.values()]
  }

  #trouble(device: string, field: string): SensorTrouble {
    const key = JSON.stringify([device, field])
    const known = this.#sensors.get(key)
    if (known !== undefined) return known
    const fresh = { device, field, unreadable: 0, implausible: 0, example: null }
    this.#sensors.set(key, fresh)
    return fresh
  }
}
