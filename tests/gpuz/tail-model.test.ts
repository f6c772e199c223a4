import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LogTail, type TailOptions } from '../../gpuz/tail.ts'
import type { TailEvent, TailPosition } from '../../gpuz/tail-event.ts'
import { LogWriter, rowIds } from './tail-log.ts'

/**
 * The bounds of reliability.md 4.1, against real files: whatever happens to a log in whatever order, no row is invented, none
 * is given twice, all come in order, and a complete row may be missing only if it was cut or deleted before a poll could
 * read it; if the tail had that file open, an event must say that it lost something.
 */
type Row = { readonly id: number; readonly file: number; mayBeLost: boolean }

class Model {
  readonly writer: LogWriter
  readonly events: TailEvent[] = []
  readonly #options: TailOptions
  #tail: LogTail
  #saved: TailPosition | null = null
  readonly #rows: Row[] = []
  readonly #given = new Set<number>()
  #lastGiven = -1
  #file = 0
  /** the physical file that the tail has open, or knows by its saved position */
  #known = -1
  #open = false
  /** the physical file as the last poll found it: a cut that no poll saw makes a saved position worthless */
  #polled = -1
  /** files without a name that only the open tail can still read */
  readonly #deleted = new Set<number>()
  #lostOfKnownFile = false

  constructor(path: string, options: TailOptions) {
    this.writer = new LogWriter(path)
    this.#options = options
    this.#tail = new LogTail(path, options)
  }

  wrote(ids: readonly number[]): void {
    for (const id of ids) this.#rows.push({ id, file: this.#file, mayBeLost: false })
  }

  /** The file lives on under its name, with other content. */
  cut(): void {
    this.#lose((row) => row.file === this.#file)
    this.#newFile(this.#open && this.#known === this.#file)
  }

  rotated(): void {
    if (this.#known !== this.#file) this.#lose((row) => row.file === this.#file)
    this.#newFile(false)
  }

  deleted(): void {
    if (this.#open && this.#known === this.#file) this.#deleted.add(this.#file)
    else this.#lose((row) => row.file === this.#file)
    this.#newFile(false)
  }

  async poll(): Promise<void> {
    const events = await this.#tail.poll()
    this.events.push(...events)
    for (const id of rowIds(events)) {
      expect(this.#given.has(id), `row ${id} was given twice`).toBe(false)
      expect(id, 'rows in the order of writing').toBeGreaterThan(this.#lastGiven)
      this.#lastGiven = id
      this.#given.add(id)
    }
    if (existsSync(this.writer.path) && !this.#tail.behind) {
      this.#known = this.#file
      this.#polled = this.#file
      this.#open = true
    }
  }

  /** A clean stop saves the position as JSON; the next start goes on from there. */
  async restart(): Promise<void> {
    this.#saved = this.#tail.position()
    await this.#tail.close()
    this.#open = false
    const cutAndRotated = this.#known !== this.#polled && this.#known !== this.#file ? this.#known : -1
    this.#lose((row) => this.#deleted.has(row.file) || row.file === cutAndRotated)
    this.#known = this.#polled
    this.#tail =
      this.#saved === null
        ? new LogTail(this.writer.path, this.#options)
        : LogTail.resume(JSON.parse(JSON.stringify(this.#saved)) as TailPosition, this.#options)
  }

  async finish(): Promise<void> {
    for (let i = 0; i < 1_000; i++) {
      await this.poll()
      if (!this.#tail.behind) break
    }
    await this.poll()
    await this.#tail.close()
    const missing = this.#rows.filter((row) => !this.#given.has(row.id))
    expect(missing.filter((row) => !row.mayBeLost).map((row) => row.id)).toEqual([])
    const written = new Set(this.#rows.map((row) => row.id))
    expect([...this.#given].filter((id) => !written.has(id))).toEqual([])
    const said = this.events.some((event) => event.kind === 'ended' || event.kind === 'missing')
    if (this.#lostOfKnownFile) expect(said, 'a loss is said').toBe(true)
  }

  #lose(which: (row: Row) => boolean): void {
    // Of two logs that agree in all that was read, a header at most, nobody can say that one is not the other.
    const readOfKnownFile = this.#rows.some((row) => row.file === this.#known && this.#given.has(row.id))
    for (const row of this.#rows) {
      if (!which(row) || this.#given.has(row.id)) continue
      row.mayBeLost = true
      if (row.file === this.#known && readOfKnownFile) this.#lostOfKnownFile = true
    }
  }

  #newFile(known: boolean): void {
    this.#file++
    if (known) this.#known = this.#file
  }
}

type Step = (model: Model) => void | Promise<void>

const steps: fc.Arbitrary<{ name: string; run: Step }> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ name: 'poll', run: (model: Model) => model.poll() }) },
  {
    weight: 5,
    arbitrary: fc.integer({ min: 1, max: 30 }).map((count) => ({
      name: `append ${count}`,
      run: (model: Model) => model.wrote(model.writer.append(count)),
    })),
  },
  {
    weight: 2,
    arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => ({
      name: `append half ${share}`,
      run: (model: Model) => {
        model.wrote(model.writer.finish())
        model.writer.appendHalf(share)
      },
    })),
  },
  { weight: 2, arbitrary: fc.constant({ name: 'finish', run: (model: Model) => model.wrote(model.writer.finish()) }) },
  { weight: 1, arbitrary: fc.constant({ name: 'header', run: (model: Model) => model.wrote(model.writer.restart()) }) },
  {
    weight: 3,
    arbitrary: fc.constant({
      name: 'rotate',
      run: (model: Model) => {
        if (!existsSync(model.writer.path)) return
        model.writer.rotate()
        model.rotated()
      },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      name: 'truncate',
      run: (model: Model) => {
        if (!existsSync(model.writer.path)) return
        model.writer.truncate()
        model.cut()
      },
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ layout: fc.constantFrom(0, 1), count: fc.integer({ min: 0, max: 20 }) })
      .map(({ layout, count }) => ({
        name: `rewrite ${layout} ${count}`,
        run: (model: Model) => {
          model.cut()
          model.wrote(model.writer.rewrite(layout, count))
        },
      })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      name: 'delete',
      run: (model: Model) => {
        if (!existsSync(model.writer.path)) return
        model.writer.delete()
        model.deleted()
      },
    }),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 10 }).map((count) => ({
      name: `delete and recreate ${count}`,
      run: (model: Model) => {
        if (existsSync(model.writer.path)) {
          model.writer.delete()
          model.deleted()
        }
        model.wrote(model.writer.append(count))
      },
    })),
  },
  { weight: 4, arbitrary: fc.constant({ name: 'stop and start', run: (model: Model) => model.restart() }) },
)

describe('a tail against a model of its file', () => {
  test.each([
    ['polls that read everything', undefined],
    ['polls that leave a backlog', 300],
  ])('%s: no row lost, invented or repeated', async (_, pollBytes) => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 40 }), async (sequence) => {
        const folder = mkdtempSync(join(tmpdir(), 'gpumon-tail-'))
        try {
          const model = new Model(join(folder, 'log.txt'), { timezone: 'UTC', pollBytes })
          for (const step of sequence) await step.run(model)
          await model.finish()
        } finally {
          rmSync(folder, { recursive: true, force: true })
        }
      }),
      { numRuns: Number(process.env['GPUMON_RUNS'] ?? 500) },
    )
  })
})
