import { hashKey } from '../types/compare.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'

type Hash = (value: SqlValue) => string | number | bigint | boolean | null
type Level = Map<unknown, Level | number>

const NO_KEY = Symbol('no key')

/** Numbers the distinct keys of a grouping from 0, and keeps their column values. NULL is a value like any other here. */
export class KeyDictionary {
  /** values of key column j by key id */
  readonly columns: SqlValue[][]
  size = 0
  private readonly hashes: readonly Hash[]
  private readonly root: Level = new Map()
  /** Rows of one key follow one another. */
  private lastKey: unknown = NO_KEY
  private lastId = -1

  constructor(types: readonly SqlType[]) {
    this.hashes = types.map((type) => hashKey(type))
    this.columns = types.map(() => [])
  }

  id(values: readonly SqlValue[]): number {
    let level = this.root
    const last = this.hashes.length - 1
    for (let j = 0; j < last; j++) {
      const hash = this.hashOf(j, values)
      let next = level.get(hash) as Level | undefined
      if (next === undefined) {
        next = new Map()
        level.set(hash, next)
      }
      level = next
    }
    const hash = this.hashOf(last, values)
    const known = level.get(hash) as number | undefined
    if (known !== undefined) return known
    const id = this.size++
    level.set(hash, id)
    for (let j = 0; j <= last; j++) this.columns[j]?.push(values[j] ?? null)
    return id
  }

  /** As id, without a list for the commonest cases. */
  id1(a: SqlValue): number {
    if (Object.is(a, this.lastKey)) return this.lastId
    const known = this.root.get(this.hashes[0]?.(a)) as number | undefined
    this.lastId = known ?? this.id([a])
    this.lastKey = a
    return this.lastId
  }

  id2(a: SqlValue, b: SqlValue): number {
    const level = this.root.get(this.hashes[0]?.(a)) as Level | undefined
    const known = level?.get(this.hashes[1]?.(b)) as number | undefined
    return known ?? this.id([a, b])
  }

  /** The id of a key, or -1 without adding it. */
  find(values: readonly SqlValue[]): number {
    let level: Level | number | undefined = this.root
    for (let j = 0; j < this.hashes.length; j++) {
      if (!(level instanceof Map)) return -1
      level = level.get(this.hashOf(j, values))
    }
    return typeof level === 'number' ? level : -1
  }

  values(id: number): SqlValue[] {
    return this.columns.map((column) => column[id] ?? null)
  }

  private hashOf(j: number, values: readonly SqlValue[]): ReturnType<Hash> {
    const hash = this.hashes[j]
    if (hash === undefined) throw new Error(`no key column ${j}`)
    return hash(values[j] ?? null)
  }
}
