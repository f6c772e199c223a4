import { compileKernel, type RecordKernel } from './record-kernel.ts'
import { layoutOf, mergeLayouts, type RecordLayout } from './record-layout.ts'

/** Records that a layout may be learned from: a log without a fixed layout would have code compiled for every row. */
const LESSONS = 32

/** The compiled reader for the rows of one header, and what it was compiled for. */
export class FastPath {
  /** Null until a record has shown a layout, and where compiling code is forbidden. */
  kernel: RecordKernel | null = null
  layout: RecordLayout | null = null
  readonly #wanted: readonly boolean[]
  #lessons = LESSONS

  /** @param wanted which columns are to be read */
  constructor(wanted: readonly boolean[]) {
    this.#wanted = wanted
  }

  /** A new session may have another layout. */
  startSession(): void {
    if (this.#lessons >= 0) this.#lessons = LESSONS
  }

  /** Learns from a record, its line end included, that the general scanner has read and the kernel could not. */
  learn(record: Uint8Array): void {
    if (this.#lessons <= 0) return
    this.#lessons--
    const seen = layoutOf(record, this.#wanted.length)
    if (seen === null) return
    const known = this.layout
    const merged = known === null ? null : mergeLayouts(known, seen)
    const same = merged?.fields.every(({ decimals }, i) => decimals === known?.fields[i].decimals)
    if (same === true) return
    this.layout = merged ?? seen
    try {
      this.kernel = compileKernel(this.layout, this.#wanted)
    } catch (error) {
      // The runtime forbids code from text (--disallow-code-generation-from-strings): the general scanner gives the same rows.
      if (!(error instanceof EvalError)) throw error
      this.#lessons = -1
    }
  }
}
