import { setImmediate } from 'node:timers/promises'
import type { RowsInColumns } from '../engine/index.ts'
import type { ReadingBatch } from '../gpuz/batch.ts'
import type { DeviceLog } from './device-log.ts'
import { batchesOf } from './log-batches.ts'
import { threadBatches, worthThread } from './log-thread.ts'
import type { LogTotals } from './log-totals.ts'
import { mergeByTime, type RowSource } from './merge-by-time.ts'
import type { ReadingColumns } from './reading-columns.ts'
import { emptySpan, widen } from './time-span.ts'

export interface ReplayOptions {
  readonly logs: readonly DeviceLog[]
  readonly columns: ReadingColumns
  readonly timezone: string
  readonly host: string
  /** begins again at the end, with stamps that go on */
  readonly loop: boolean
}

/** Time between the last reading of a pass and the first of the next: GPU-Z's own pace. */
const STEP_MS = 1000
/** Messages of a thread are taken one after the other without a look at anything else, so Ctrl-C would wait for the end of the log. */
const TURN_MS = 20

/** The rows of whole logs, merged by event time. */
export class Replay {
  readonly #options: ReplayOptions
  readonly #totals: LogTotals
  readonly #size: number
  readonly #rowsBefore = new Map<DeviceLog, number>()
  #bytes = 0

  constructor(options: ReplayOptions, totals: LogTotals) {
    this.#options = options
    this.#totals = totals
    this.#size = options.logs.reduce((sum, { log }) => sum + log.size, 0)
  }

  /** How much of the logs is read, 0 to 1; null when there is no end. */
  get share(): number | null {
    if (this.#options.loop) return null
    return this.#size === 0 ? 1 : Math.min(1, this.#bytes / this.#size)
  }

  async *rows(): AsyncGenerator<RowsInColumns, void, undefined> {
    if (!this.#options.loop) {
      yield* this.#pass(0)
      return
    }
    let shift = 0
    for (;;) {
      const span = emptySpan()
      for await (const rows of this.#pass(shift)) {
        widen(span, rows)
        yield rows
      }
      if (span.first > span.last) return
      shift += span.last - span.first + STEP_MS
    }
  }

  async *#pass(shift: number): AsyncGenerator<RowsInColumns, void, undefined> {
    const readers = this.#options.logs.map((log) => this.#read(log, shift))
    const sources = readers.map((reader): RowSource => ({ next: async () => (await reader.next()).value ?? null }))
    let turned = performance.now()
    try {
      for await (const rows of mergeByTime(sources)) {
        yield rows
        if (performance.now() - turned < TURN_MS) continue
        await setImmediate()
        turned = performance.now()
      }
    } finally {
      for (const reader of readers) await reader.return()
    }
  }

  async *#read(deviceLog: DeviceLog, shift: number): AsyncGenerator<RowsInColumns, void, undefined> {
    const { device, log } = deviceLog
    const { columns, timezone, host } = this.#options
    const rowsBefore = this.#rowsBefore.get(deviceLog) ?? 0
    const { name, path, size } = log
    const task = { log, name, path, size, timezone, fields: columns.fields }
    const batches = worthThread(task) ? threadBatches(task) : batchesOf(task)
    try {
      for (let next = await batches.next(); next !== null; next = await batches.next()) {
        const { batch, bytes } = next
        this.#bytes += bytes
        moveOn(batch, shift, rowsBefore)
        yield columns.of(batch, { device, host, source: name })
      }
    } finally {
      const report = await batches.close()
      this.#rowsBefore.set(deviceLog, rowsBefore + report.rows)
      this.#totals.add(report, device, name)
    }
  }
}

/** Times and ordinals go on in the next pass of a loop, so no reading is taken for one of the pass before. */
function moveOn({ ts, row, count }: ReadingBatch, shift: number, rowsBefore: number): void {
  if (rowsBefore === 0) return
  for (let i = 0; i < count; i++) {
    ts[i] += shift
    row[i] += rowsBefore
  }
}
