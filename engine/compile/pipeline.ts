import type { Source } from '../catalog/source.ts'
import type { ForeignKeyJoinNode, MapNode, PlanNode, QueryPlan, SourceNode, TableTableJoinNode } from '../plan/nodes.ts'
import { splitLatest } from '../plan/split-latest.ts'
import { type Batch, filterBatch } from '../runtime/batch.ts'
import { storedRows, TableStore } from '../runtime/table-store.ts'
import { compileAggregate } from './aggregate.ts'
import type { ExpressionEnvironment } from './expression.ts'
import { ForeignKeyJoin } from './foreign-key-join.ts'
import { compileMap, type MapKernel } from './map.ts'
import type { ReportError } from './output.ts'
import { StreamStreamJoin } from './stream-stream-join.ts'
import { compileStreamTableJoin } from './stream-table-join.ts'
import { type TableChange, TableTableJoin } from './table-table-join.ts'

/** Rows going from one operator to the next; `previous` pairs every changed row of a table with the row it replaces. */
type Emit = (next: Batch, previous: Batch | null) => void

/** The rows of a table as it stands. */
type View = () => Batch

/** What the consumer of a table's rows needs beside the changes. */
interface Wanted {
  /** the rows that changes replace */
  readonly previous: boolean
  /** all rows, at any time */
  readonly view: boolean
}

const CHANGES: Wanted = { previous: false, view: false }

/** State that a snapshot must hold. */
export interface Stateful {
  save(): unknown
  load(saved: unknown): void
}

export interface PipelineInput {
  readonly source: Source
  /** a table's rows are taken before the stream rows they were caused together with */
  readonly kind: 'stream' | 'table'
  process(batch: Batch): void
}

/** A compiled query: batches go in by source, result batches come out of `emit`. */
export interface Pipeline {
  readonly inputs: readonly PipelineInput[]
  readonly states: readonly Stateful[]
  /** the table that the query makes, as it stands; null for streams, and where it was not asked for */
  readonly view: View | null
  /** rows dropped because their window had closed */
  lateRows(): number
  /** No more rows will come: emits the final results of windows still open. Rows that come nevertheless are late. */
  end(): void
}

export interface PipelineOptions {
  readonly environment: ExpressionEnvironment
  readonly report: ReportError
  /** compares serialised keys of a grouping, given as column values */
  readonly keyOrder: (columns: PlanNode['layout']) => (a: readonly unknown[], b: readonly unknown[]) => number
  /** ms of the emission clock between two emissions of final results; 0: none */
  readonly finalInterval: number
  /** the same for rows of a join of streams that found no partner */
  readonly joinInterval: number
  readonly emissionClock: () => number
  readonly loseExpired: boolean
  /** a resulting table can be looked at */
  readonly view: boolean
}

/** Compiles a plan. `emit` receives every result batch. */
export function compilePipeline(plan: QueryPlan, options: PipelineOptions, emit: (batch: Batch) => void): Pipeline {
  const builder = new PipelineBuilder(options)
  const view = builder.build(plan.root, { previous: false, view: options.view }, (next) => {
    if (next.count > 0) emit(next)
  })
  const { inputs, states, late, ends } = builder
  return {
    inputs,
    states,
    view: options.view ? view : null,
    lateRows: () => late.reduce((sum, count) => sum + count(), 0),
    end: () => {
      for (const end of ends) end()
    },
  }
}

class PipelineBuilder {
  readonly inputs: PipelineInput[] = []
  readonly states: Stateful[] = []
  readonly late: (() => number)[] = []
  readonly ends: (() => void)[] = []
  private readonly options: PipelineOptions

  constructor(options: PipelineOptions) {
    this.options = options
  }

  /** Gives the view of a table, which costs nothing until it is used; of a source's table only if wanted, since its rows must be stored for it. */
  build(node: PlanNode, wanted: Wanted, emit: Emit): View | null {
    switch (node.op) {
      case 'source':
        return this.source(node, wanted, emit)
      case 'map':
        return this.map(node, wanted, emit)
      case 'aggregate': {
        const keyColumns = node.layout.slice(0, node.groupBy.length)
        const order = this.options.keyOrder(keyColumns)
        const kernel = compileAggregate(node, this.options.environment, this.options.report, {
          previous: wanted.previous,
          compareKeys: (a, b) => order(kernel.state.keys.values(a), kernel.state.keys.values(b)),
          finalInterval: this.options.finalInterval,
          emissionClock: this.options.emissionClock,
          loseExpired: this.options.loseExpired,
        })
        this.states.push(kernel.state)
        this.late.push(() => kernel.state.late)
        this.build(node.input, { previous: node.input.kind === 'table', view: false }, (next, old) => {
          const result = kernel.process(next, old)
          if (result.next.count > 0) emit(result.next, result.previous)
        })
        this.ends.push(() => {
          const result = kernel.end()
          if (result !== null && result.next.count > 0) emit(result.next, result.previous)
        })
        return () => kernel.present()
      }
      case 'stream-table-join': {
        const store = new TableStore(node.right.layout)
        this.states.push(store)
        const join = compileStreamTableJoin(node, store, this.options.environment, this.options.report)
        this.build(node.left, CHANGES, (next) => {
          const result = join(next)
          if (result.count > 0) emit(result, null)
        })
        this.build(node.right, CHANGES, (next) => {
          for (let i = 0; i < next.count; i++) store.replace(next, i)
        })
        return null
      }
      case 'stream-stream-join': {
        const { environment, report, keyOrder, joinInterval, emissionClock } = this.options
        const key = { name: 'KEY', type: node.leftKey.type, role: 'key' } as const
        const options = { compareKeys: keyOrder([key]), interval: joinInterval, clock: emissionClock }
        const join = new StreamStreamJoin(node, environment, report, options)
        const send = (rows: Batch) => {
          if (rows.count > 0) emit(rows, null)
        }
        this.states.push(join)
        this.build(node.left, CHANGES, (next) => send(join.takeLeft(next)))
        this.build(node.right, CHANGES, (next) => send(join.takeRight(next)))
        this.ends.push(() => send(join.end()))
        return null
      }
      case 'table-table-join':
        return this.tables(node, new TableTableJoin(node), wanted, emit)
      case 'foreign-key-join': {
        const { environment, report, keyOrder } = this.options
        const order = keyOrder(node.left.layout.filter((c) => c.role === 'key'))
        return this.tables(node, new ForeignKeyJoin(node, environment, report, order), wanted, emit)
      }
    }
  }

  private tables(
    node: TableTableJoinNode | ForeignKeyJoinNode,
    join: TableTableJoin | ForeignKeyJoin,
    { previous }: Wanted,
    emit: Emit,
  ): View {
    this.states.push(join)
    const send = (change: TableChange) => {
      if (change.next.count > 0) emit(change.next, change.previous)
    }
    this.build(node.left, CHANGES, (next) => send(join.takeLeft(next, previous)))
    this.build(node.right, CHANGES, (next) => send(join.takeRight(next, previous)))
    return () => join.present()
  }

  private source({ source, kind, layout }: SourceNode, { previous, view }: Wanted, emit: Emit): View | null {
    if (kind === 'stream') {
      this.inputs.push({ source, kind, process: (batch) => emit(batch, null) })
      return null
    }
    const keys = layout.flatMap((c, i) => (c.role === 'key' ? [i] : []))
    const hasKey = (batch: Batch) => (row: number) =>
      keys.some((k) => {
        const column = batch.columns[k]
        return column !== undefined && (column.nulls === null ? column.data[row] !== null : column.nulls[row] === 0)
      })
    const store = previous || view ? new TableStore(layout) : null
    if (store !== null) this.states.push(store)
    this.inputs.push({
      source,
      kind,
      process: (batch) => {
        // a table has no rows without key
        const keyed = filterBatch(batch, hasKey(batch))
        if (keyed.count === 0) return
        const replaced = previous && store !== null ? store.apply(keyed) : null
        if (!previous && store !== null) for (let i = 0; i < keyed.count; i++) store.replace(keyed, i)
        emit(keyed, replaced)
      },
    })
    return store === null ? null : () => storedRows(layout, store.all())
  }

  private map(projection: MapNode, { previous, view }: Wanted, emit: Emit): View | null {
    const node = splitLatest(projection)
    const { environment, report } = this.options
    const isTable = node.kind === 'table'
    const needsOld = isTable && (previous || node.where !== null)
    const kernel = compileMap(node, isTable, environment, report)
    const oldKernel = needsOld ? compileMap(node, true, environment, report) : null
    const input = this.build(node.input, { previous: needsOld, view }, (next, old) => {
      const mapped = kernel(next)
      if (!isTable || oldKernel === null || old === null) {
        if (mapped.count > 0) emit(mapped, null)
        return
      }
      const replaced = oldKernel(old)
      if (node.where === null) {
        emit(mapped, replaced)
        return
      }
      // a row that fails and failed before concerns nobody
      const [a, b] = [mapped.tombstone, replaced.tombstone]
      const matters = (row: number) => !(a !== null && a[row] === 1 && b !== null && b[row] === 1)
      const kept = filterBatch(mapped, matters)
      if (kept.count > 0) emit(kept, previous ? filterBatch(replaced, matters) : null)
    })
    if (input === null) return null
    let viewed: MapKernel | null = null
    return () => {
      // what fails in a row was counted when the row changed
      viewed ??= compileMap(node, false, environment, () => {})
      return viewed(input())
    }
  }
}
