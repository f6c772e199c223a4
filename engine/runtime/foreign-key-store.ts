import { hashKey } from '../types/compare.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { combine } from './table-store.ts'

/** A row of the left table of a foreign-key join: it hears of changes of the right row it names. */
export interface Subscriber {
  readonly keys: readonly SqlValue[]
  readonly values: readonly SqlValue[]
  /** key of the right row; null: of none */
  readonly foreign: SqlValue
  readonly time: number
}

/** The present rows of the left table of a foreign-key join, by their own key and by the key they name. */
export class ForeignKeyStore {
  private rows = new Map<unknown, Subscriber>()
  private byForeign = new Map<unknown, Map<unknown, Subscriber>>()
  private readonly hashes: readonly ((value: SqlValue) => unknown)[]
  private readonly hashForeign: (value: SqlValue) => unknown

  constructor(keyTypes: readonly SqlType[], foreignType: SqlType) {
    this.hashes = keyTypes.map((type) => hashKey(type))
    this.hashForeign = hashKey(foreignType)
  }

  /** Puts `now` in place of the row that has the keys of `at`, or takes that away; gives the row that was there. */
  replace(at: Pick<Subscriber, 'keys'>, now: Subscriber | undefined): Subscriber | undefined {
    const key = combine(
      at.keys.map((value, j) => this.hashes[j]?.(value)),
      undefined,
      undefined,
    )
    const old = this.rows.get(key)
    if (old !== undefined) this.unsubscribe(key, old)
    if (now === undefined) this.rows.delete(key)
    else {
      this.rows.set(key, now)
      this.subscribe(key, now)
    }
    return old
  }

  /** All rows, in no order that is promised. */
  all(): Iterable<Subscriber> {
    return this.rows.values()
  }

  subscribersOf(foreign: SqlValue): Subscriber[] {
    return [...(this.byForeign.get(this.hashForeign(foreign))?.values() ?? [])]
  }

  private subscribe(key: unknown, row: Subscriber): void {
    if (row.foreign === null) return
    const hash = this.hashForeign(row.foreign)
    const known = this.byForeign.get(hash)
    if (known === undefined) this.byForeign.set(hash, new Map([[key, row]]))
    else known.set(key, row)
  }

  private unsubscribe(key: unknown, row: Subscriber): void {
    const hash = this.hashForeign(row.foreign)
    const known = this.byForeign.get(hash)
    known?.delete(key)
    if (known?.size === 0) this.byForeign.delete(hash)
  }

  save(): unknown {
    return this.rows
  }

  load(saved: unknown): void {
    this.rows = saved as Map<unknown, Subscriber>
    this.byForeign = new Map()
    for (const [key, row] of this.rows) this.subscribe(key, row)
  }
}
