import type { AggregateNode } from '../plan/nodes.ts'
import { AggregateState } from '../runtime/aggregate-state.ts'
import { Batch, noNulls } from '../runtime/batch.ts'
import { presentSlots } from '../runtime/present-slots.ts'
import { outputFunctions } from './aggregate-output.ts'
import { streamLoop } from './aggregate-stream.ts'
import { tableLoop } from './aggregate-table.ts'
import { closeFunction } from './aggregate-window.ts'
import { type AggregateOptions, AggregateWriter } from './aggregate-writer.ts'
import type { ExpressionEnvironment } from './expression.ts'
import { AggregateLanes } from './lanes.ts'
import { grow, type ReportError } from './output.ts'

export interface AggregateKernel {
  readonly state: AggregateState
  /** new rows of the groups, and where asked for the rows they replace (tombstones for new groups) */
  process(batch: Batch, previous: Batch | null): { next: Batch; previous: Batch | null }
  /** no more rows will come: the final results of windows still open; null where results do not wait for the end of a window */
  end(): { next: Batch; previous: Batch | null } | null
  /** The table as it stands. Of EMIT FINAL: the newest windows that have given their result, until their retention is over. */
  present(): Batch
}

/** Without a batch: the input has ended. With `slots`: only their rows, nothing changes. */
type Process = (
  state: AggregateState,
  batch: Batch | null,
  previous: Batch | null,
  slots: readonly number[] | null,
) => { next: Batch; previous: Batch | null }

/**
 * Compiles a grouping into one loop over the batch: filter, key, windows, arguments, update, emission. Per record, in record order.
 */
export function compileAggregate(
  node: AggregateNode,
  environment: ExpressionEnvironment,
  report: ReportError,
  options: AggregateOptions,
): AggregateKernel {
  const lanes = new AggregateLanes(node.aggregates, environment, node.windowPlan?.type === 'SESSION')
  const state = new AggregateState(
    node.groupBy.map((e) => e.type),
    lanes.lanes,
  )
  const process = compileProcess(new AggregateWriter(node, lanes, environment, options), report)
  return {
    state,
    process: (batch, previous) => process(state, batch, previous, null),
    end: () => (node.emitFinal ? process(state, null, null, null) : null),
    present: () => process(state, null, null, presentSlots(state, node.windowPlan, node.emitFinal)).next,
  }
}

function compileProcess(writer: AggregateWriter, report: ReportError): Process {
  const { out, node, options, environment } = writer
  const prologue = out.nested()
  prologue.emit(out.named('Batch', Batch))
  prologue.emit(out.named('report', report))
  prologue.emit(out.named('grow', grow))
  prologue.emit(out.named('noNulls', noNulls))
  prologue.emit(out.named('compareKeys', options.compareKeys))
  prologue.emit(out.named('clock', options.emissionClock))
  outputFunctions(prologue, writer)
  if (node.windowPlan !== null) closeFunction(prologue, node.windowPlan, writer)
  const result = 'return { next: finish(O), previous: P === null ? null : finish(P) };'
  out.emit('if (slots !== null) return present(S, slots);')
  out.emit('const H = B === null ? null : B.headers; rowHeaders = undefined;')
  out.emit(`const O = makeOut(H), P = ${options.previous ? 'makeOut(null)' : 'null'};`)
  if (node.emitFinal) out.emit(`if (B === null) { S.streamTime = Infinity; close(S, O, P, 0); ${result} }`)
  writer.declareLanes()
  if (node.input.kind === 'table') tableLoop(writer)
  else streamLoop(writer)
  out.emit(result)
  return out.compile<Process>(`group_${environment.label}`, ['S', 'B', 'PB', 'slots'], prologue.lines)
}
