import type { Source } from '../catalog/source.ts'
import { semanticError } from '../errors.ts'
import type { ColumnRef, Expression } from '../syntax/ast.ts'
import { formatExpression, hint } from '../syntax/index.ts'
import { arrayType, BIGINT, BYTES, INTEGER, type SqlType, STRING, structType } from '../types/sql-type.ts'
import { rewrite } from './rewrite.ts'
import type { PseudoColumn, Typed, TypedPseudo } from './typed.ts'

/** One FROM item as the query sees it. */
export interface ScopeSource {
  readonly alias: string
  readonly source: Source
  /** where the source's columns start in the rows of the relation */
  readonly offset: number
  /** in a join: where the source's system columns and headers lie, counted from `offset` */
  readonly extras?: ReadonlyMap<string, number>
}

/** The key of a join that is no source's column, ROWKEY by name. */
export interface SyntheticKey {
  readonly name: string
  readonly typed: Typed
}

const SYSTEM_COLUMNS: Record<string, PseudoColumn> = {
  ROWTIME: 'ROWTIME',
  ROWPARTITION: 'ROWPARTITION',
  ROWOFFSET: 'ROWOFFSET',
}
const WINDOW_COLUMNS: Record<string, PseudoColumn> = { WINDOWSTART: 'WINDOWSTART', WINDOWEND: 'WINDOWEND' }

export const WINDOW_BOUNDS: readonly string[] = Object.keys(WINDOW_COLUMNS)

export const SYSTEM_NAMES: readonly string[] = Object.keys(SYSTEM_COLUMNS)

export const RESERVED_COLUMNS: readonly string[] = [...SYSTEM_NAMES, ...WINDOW_BOUNDS]

export const HEADERS_TYPE = arrayType(
  structType([
    { name: 'KEY', type: STRING },
    { name: 'VALUE', type: BYTES },
  ]),
)

/** The names a query's FROM clause brings in. */
export class RelationScope {
  readonly sources: readonly ScopeSource[]
  readonly synthetic: SyntheticKey | null

  constructor(sources: readonly ScopeSource[], synthetic: SyntheticKey | null = null) {
    this.sources = sources
    this.synthetic = synthetic
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

  /** What a reference means; `owner` is null for the synthetic key of a join. */
  find(ref: ColumnRef): { readonly owner: ScopeSource | null; readonly typed: Typed } | null {
    const { synthetic } = this
    if (synthetic !== null && ref.source === null && ref.name === synthetic.name) {
      return { owner: null, typed: synthetic.typed }
    }
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
    if (second !== undefined) {
      const options = hits.map((h) => `${h.owner.alias}.${ref.name}`).join(' or ')
      throw semanticError(
        `Exception while preparing statement: Line: ${ref.at.line}, Col: ${ref.at.column}: Column '${ref.name}' is ambiguous. Could be ${options}.`,
        ref.at,
        `Write ${options}.`,
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
      return found === null || found.owner === null ? node : { ...node, source: found.owner.alias }
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
  if (column !== undefined && column.role !== 'headers') {
    return { op: 'column', index: owner.offset + dataIndex(owner.source, index), type: column.type }
  }
  const outside = outsideColumn(owner.source, name)
  const extra = owner.extras?.get(name)
  return outside !== null && extra !== undefined
    ? { op: 'column', index: owner.offset + extra, type: outside.type }
    : outside
}

/** What a name means that is no column of the source's batches: a header, or a system column. */
export function outsideColumn(source: Source, name: string): TypedPseudo | null {
  const header = source.columns.find((c) => c.name === name && c.role === 'headers')
  if (header !== undefined) {
    const base = { op: 'pseudo', name: 'HEADERS', type: header.type } as const
    return header.headerKey === null ? base : { ...base, headerKey: header.headerKey }
  }
  const system = SYSTEM_COLUMNS[name]
  if (system !== undefined) return { op: 'pseudo', name: system, type: system === 'ROWPARTITION' ? INTEGER : BIGINT }
  const bound = WINDOW_COLUMNS[name]
  return bound !== undefined && source.window !== null ? { op: 'pseudo', name: bound, type: BIGINT } : null
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
