import type { Source } from '../catalog/source.ts'
import { semanticError } from '../errors.ts'
import type { ColumnRef, Expression } from '../syntax/ast.ts'
import { formatExpression, hint } from '../syntax/index.ts'
import { arrayType, BIGINT, BYTES, INTEGER, type SqlType, STRING, structType } from '../types/sql-type.ts'
import { rewrite } from './rewrite.ts'
import type { PseudoColumn, Typed } from './typed.ts'

/** One FROM item as the query sees it. */
export interface ScopeSource {
  readonly alias: string
  readonly source: Source
  /** where the source's columns start in the rows of the relation */
  readonly offset: number
}

const SYSTEM_COLUMNS: Record<string, PseudoColumn> = {
  ROWTIME: 'ROWTIME',
  ROWPARTITION: 'ROWPARTITION',
  ROWOFFSET: 'ROWOFFSET',
}
const WINDOW_COLUMNS: Record<string, PseudoColumn> = { WINDOWSTART: 'WINDOWSTART', WINDOWEND: 'WINDOWEND' }

export const RESERVED_COLUMNS: readonly string[] = ['ROWTIME', 'ROWPARTITION', 'ROWOFFSET', 'WINDOWSTART', 'WINDOWEND']

const HEADERS_TYPE = arrayType(
  structType([
    { name: 'KEY', type: STRING },
    { name: 'VALUE', type: BYTES },
  ]),
)

/** The names a query's FROM clause brings in. */
export class RelationScope {
  readonly sources: readonly ScopeSource[]

  constructor(sources: readonly ScopeSource[]) {
    this.sources = sources
  }

  get isJoin(): boolean {
    return this.sources.length > 1
  }

  /** The source a qualifier names, or an error that lists the known ones. */
  byAlias(alias: string, at: ColumnRef['at']): ScopeSource {
    const found = this.sources.find((s) => s.alias === alias) ?? this.sources.find((s) => s.source.name === alias)
    if (found === undefined) {
      const known = this.sources.map((s) => s.alias)
      throw semanticError(
        `'${alias}' is not a valid stream/table name or alias.`,
        at,
        hint(alias, known, 'Sources here'),
      )
    }
    return found
  }

  /** The typed column a reference means in a clause. */
  column(clause: string, ref: ColumnRef): Typed {
    const found = this.find(ref)
    if (found === null) throw this.unresolved(clause, ref)
    return found.typed
  }

  /** The sources that have a column of this name. */
  owners(name: string): ScopeSource[] {
    return this.sources.filter((s) => s.source.columns.some((c) => c.name === name))
  }

  find(ref: ColumnRef): { readonly owner: ScopeSource; readonly typed: Typed } | null {
    const candidates =
      ref.source === null
        ? this.sources
        : this.sources.filter((s) => s.alias === ref.source || s.source.name === ref.source)
    const hits = candidates.flatMap((owner) => {
      const typed = columnOf(owner, ref.name)
      return typed === null ? [] : [{ owner, typed }]
    })
    const [first, second] = hits
    if (first === undefined) return null
    if (second !== undefined && !(ref.name in SYSTEM_COLUMNS)) {
      const options = hits.map((h) => `${h.owner.alias}.${ref.name}`).join(', ')
      throw semanticError(
        `Column '${ref.name}' is ambiguous. Could be any of: ${options}`,
        ref.at,
        `Write one of ${options}.`,
      )
    }
    return first
  }

  unresolved(clause: string, ref: ColumnRef): Error {
    const name = ref.source === null ? ref.name : `${ref.source}.${ref.name}`
    const aliases = this.sources.map((s) => s.alias)
    const known = this.sources.flatMap((s) => s.source.columns.map((c) => c.name))
    const { source } = ref
    const unknownSource = source !== null && !this.sources.some((s) => s.alias === source || s.source.name === source)
    const alias =
      clause === 'PARTITION BY'
        ? ` '${name}' must be a column in the source schema since PARTITION BY is applied on the input.`
        : ''
    return semanticError(
      `${clause} column '${name}' cannot be resolved.${alias}`,
      ref.at,
      unknownSource ? hint(source, aliases, 'Sources here') : hint(ref.name, known, 'Columns here'),
    )
  }

  /** The expression with every column qualified by its source's alias, so that equal meanings have equal texts. */
  qualify(e: Expression): Expression {
    return rewrite(e, (node) => {
      if (node.kind !== 'column') return null
      const found = this.find(node)
      return found === null ? node : { ...node, source: found.owner.alias }
    })
  }

  /** Equal for expressions that mean the same in this scope. */
  canonical(e: Expression): string {
    return formatExpression(this.qualify(e))
  }
}

function columnOf(owner: ScopeSource, name: string): Typed | null {
  const index = owner.source.columns.findIndex((c) => c.name === name)
  const column = owner.source.columns[index]
  if (column !== undefined) {
    if (column.role === 'headers') {
      const base = { op: 'pseudo', name: 'HEADERS', type: column.type } as const
      return column.headerKey === null ? base : { ...base, headerKey: column.headerKey }
    }
    return { op: 'column', index: owner.offset + dataIndex(owner.source, index), type: column.type }
  }
  const system = SYSTEM_COLUMNS[name]
  if (system !== undefined) return { op: 'pseudo', name: system, type: system === 'ROWPARTITION' ? INTEGER : BIGINT }
  const bound = WINDOW_COLUMNS[name]
  if (bound !== undefined && owner.source.window !== null) return { op: 'pseudo', name: bound, type: BIGINT }
  return null
}

/** Headers live beside the columns of a batch, so they do not count. */
function dataIndex(source: Source, index: number): number {
  return source.columns.slice(0, index).filter((c) => c.role !== 'headers').length
}

/** A source's columns as they lie in a batch. */
export function dataColumns(source: Source): readonly DataColumn[] {
  const known = dataColumnsOf.get(source)
  if (known !== undefined) return known
  const columns = source.columns.flatMap((c) =>
    c.role === 'headers' ? [] : [{ name: c.name, type: c.type, role: c.role }],
  )
  dataColumnsOf.set(source, columns)
  return columns
}

export interface DataColumn {
  readonly name: string
  readonly type: SqlType
  readonly role: 'key' | 'value'
}

const dataColumnsOf = new WeakMap<Source, readonly DataColumn[]>()

export { HEADERS_TYPE }
