import { type Position, semanticError } from '../errors.ts'
import { hint, TYPE_NAMES } from '../syntax/index.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Source } from './source.ts'

/** The streams, tables and types there are. */
export class Catalog {
  private readonly sources = new Map<string, Source>()
  private readonly types = new Map<string, SqlType>()

  all(): readonly Source[] {
    return [...this.sources.values()]
  }

  find(name: string): Source | undefined {
    return this.sources.get(name)
  }

  get(name: string, at: Position): Source {
    const source = this.sources.get(name)
    if (source === undefined)
      throw semanticError(`${name} does not exist.${this.caseHint(name)}`, at, this.nearest(name))
    return source
  }

  /** The fix for a name that no stream or table has: the nearest that there is. */
  nearest(name: string): string {
    return hint(name, this.sources.keys(), 'Known streams and tables')
  }

  /** What ksqlDB says where a name differs from a known one only in its case; else nothing. */
  caseHint(name: string): string {
    const same = [...this.sources.keys()].find((other) => other !== name && other.toUpperCase() === name.toUpperCase())
    if (same === undefined) return ''
    return same === same.toUpperCase()
      ? `\nDid you mean ${same}? Hint: try removing double quotes from the source name.`
      : `\nDid you mean "${same}"? Hint: wrap the source name in double quotes to make it case-sensitive.`
  }

  put(source: Source): void {
    this.sources.set(source.name, source)
  }

  remove(name: string): void {
    this.sources.delete(name)
  }

  type(name: string, at: Position): SqlType {
    const type = this.types.get(name)
    if (type === undefined) {
      throw semanticError(
        `Cannot resolve unknown type: ${name}`,
        at,
        hint(name, [...this.types.keys(), ...TYPE_NAMES], 'CREATE TYPE defines it. Known types'),
      )
    }
    return type
  }

  hasType(name: string): boolean {
    return this.types.has(name)
  }

  putType(name: string, type: SqlType): void {
    this.types.set(name, type)
  }

  removeType(name: string): boolean {
    return this.types.delete(name)
  }

  allTypes(): ReadonlyMap<string, SqlType> {
    return this.types
  }
}
