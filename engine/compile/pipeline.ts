import type { Source } from '../catalog/source.ts'
import type { ForeignKeyJoinNode, MapNode, PlanNode, QueryPlan, TableTableJoinNode } from '../plan/nodes.ts'
import { splitLatest } from '../plan/split-latest.ts'
import { type Batch, filterBatch } from '../runtime/batch.ts'
import { TableStore } from '../runtime/table-store.ts'
import { compileAggregate } from './aggregate.ts'
import type { ExpressionEnvironment } from './expression.ts'
import { ForeignKeyJoin } from './foreign-key-join.ts'
import { compileMap } from './map.ts'
import type { ReportError } from './output.ts'
import { StreamStreamJoin } from './stream-stream-join.ts'
import { compileStreamTableJoin } from './stream-table-join.ts'
import { type TableChange, TableTableJoin } from './table-table-join.ts'

/** Rows going from one operator to the next; `previous` pairs every changed row of a table with the row it replaces. */
type Emit = (next: Batch, previous: Batch | null) => void

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
}

/** Compiles a plan. `emit` receives every result batch. */
export function compilePipeline(plan: QueryPlan, options: PipelineOptions, emit: (batch: Batch) => void): Pipeline {
  const builder = new PipelineBuilder(options)
  builder.build(plan.root, false, (next) => {
    if (next.count > 0) emit(next)
  })
  const { inputs, states, late, ends } = builder
  return {
    inputs,
    states,
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

  /** `previous`: the consumer wants the replaced rows of a table. */
  build(node: PlanNode, previous: boolean, emit: Emit): void {
    switch (node.op) {
      case 'source':
        this.source(node.source, node.kind, previous, node.layout, emit)
        return
      case 'map':
        this.map(node, previous, emit)
        return
      case 'aggregate': {
        const keyColumns = node.layout.slice(0, node.groupBy.length)
        const order = this.options.keyOrder(keyColumns)
        const kernel = compileAggregate(node, this.options.environment, this.options.report, {
          previous,
          compareKeys: (a, b) => order(kernel.state.keys.values(a), kernel.state.keys.values(b)),
          finalInterval: this.options.finalInterval,
          emissionClock: this.options.emissionClock,
          loseExpired: this.options.loseExpired,
        })
        this.states.push(kernel.state)
        this.late.push(() => kernel.state.late)
        this.build(node.input, node.input.kind === 'table', (next, old) => {
          const result = kernel.process(next, old)
          if (result.next.count > 0) emit(result.next, result.previous)
        })
        this.ends.push(() => {
          const result = kernel.end()
          if (result !== null && result.next.count > 0) emit(result.next, result.previous)
        })
        return
      }
      case 'stream-table-join': {
        const store = new TableStore(node.right.layout)
        this.states.push(store)
        const join = compileStreamTableJoin(node, store, this.options.environment, this.options.report)
        this.build(node.left, false, (next) => {
          const result = join(next)
          if (result.count > 0) emit(result, null)
        })
        this.build(node.right, false, (next) => {
          for (let i = 0; i < next.count; i++) store.replace(next, i)
        })
        return
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
        this.build(node.left, false, (next) => send(join.takeLeft(next)))
        this.build(node.right, false, (next) => send(join.takeRight(next)))
        this.ends.push(() => send(join.end()))
        return
      }
      case 'table-table-join':
        this.tables(node, new TableTableJoin(node), previous, emit)
        return
      case 'foreign-key-join': {
        const { environment, report, keyOrder } = this.options
        const order = keyOrder(node.left.layout.filter((c) => c.role === 'key'))
        this.tables(node, new ForeignKeyJoin(node, environment, report, order), previous, emit)
        return
      }
    }
  }

  private tables(
    node: TableTableJoinNode | ForeignKeyJoinNode,
    join: TableTableJoin | ForeignKeyJoin,
    previous: boolean,
    emit: Emit,
  ): void {
    this.states.push(join)
    const send = (change: TableChange) => {
      if (change.next.count > 0) emit(change.next, change.previous)
    }
    this.build(node.left, false, (next) => send(join.takeLeft(next, previous)))
    this.build(node.right, false, (next) => send(join.takeRight(next, previous)))
  }

  private source(
    source: Source,
    kind: 'stream' | 'table',
    previous: boolean,
    layout: PlanNode['layout'],
    emit: Emit,
  ): void {
    if (kind === 'stream') {
      this.inputs.push({ source, kind, process: (batch) => emit(batch, null) })
      return
    }
    const keys = layout.flatMap((c, i) => (c.role === 'key' ? [i] : []))
    const hasKey = (batch: Batch) => (row: number) =>
      keys.some((k) => {
        const column = batch.columns[k]
        return column !== undefined && (column.nulls === null ? column.data[row] !== null : column.nulls[row] === 0)
      })
    const store = previous ? new TableStore(layout) : null
    if (store !== null) this.states.push(store)
    this.inputs.push({
      source,
      kind,
      process: (batch) => {
        // a table has no rows without key
        const keyed = filterBatch(batch, hasKey(batch))
        if (keyed.count > 0) emit(keyed, store === null ? null : store.apply(keyed))
      },
    })
  }

  private map(projection: MapNode, previous: boolean, emit: Emit): void {
    const node = splitLatest(projection)
    const { environment, report } = this.options
    const isTable = node.kind === 'table'
    const needsOld = isTable && (previous || node.where !== null)
    const kernel = compileMap(node, isTable, environment, report)
    const oldKernel = needsOld ? compileMap(node, true, environment, report) : null
    this.build(node.input, needsOld, (next, old) => {
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
  }
}
