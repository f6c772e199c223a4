import { type Batch, dataColumns, type Source } from '../engine/index.ts'

/** Windows that may still change, of one key; older ones are closed by far. */
const REMEMBERED = 256

/** Counts the windows in the topic of a windowed table, each once, however often its row is replaced. */
export class WindowCount {
  count = 0
  readonly #windowsOf = new Map<unknown, { latest: number; readonly starts: number[] }>()

  take(batch: Batch, source: Source): void {
    if (source.window?.type === 'SESSION') this.#sessions(batch)
    else this.#windows(batch, source)
  }

  /** A session that grows is a tombstone and a new row: no more sessions than before. */
  #sessions({ count, tombstone }: Batch): void {
    this.count += count
    if (tombstone !== null) for (let i = 0; i < count; i++) if (tombstone[i] === 1) this.count -= 2
  }

  #windows({ count, columns, windowStart }: Batch, source: Source): void {
    if (windowStart === null) return
    const keys = dataColumns(source).flatMap((c, i) => (c.role === 'key' ? [columns[i].data] : []))
    const [only] = keys
    for (let row = 0; row < count; row++) {
      const key = keys.length === 1 ? only[row] : JSON.stringify(keys.map((data) => String(data[row])))
      let windows = this.#windowsOf.get(key)
      if (windows === undefined) {
        windows = { latest: Number.NEGATIVE_INFINITY, starts: [] }
        this.#windowsOf.set(key, windows)
      }
      const start = windowStart[row]
      if (start === windows.latest || (start < windows.latest && windows.starts.lastIndexOf(start) >= 0)) continue
      windows.starts.push(start)
      if (start > windows.latest) windows.latest = start
      this.count++
      if (windows.starts.length > 2 * REMEMBERED) windows.starts.splice(0, REMEMBERED)
    }
  }
}
