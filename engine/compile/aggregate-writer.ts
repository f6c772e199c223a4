import type { AggregateCall, AggregateNode } from '../plan/nodes.ts'
import type { Typed } from '../plan/typed.ts'
import type { ExpressionCompiler, ExpressionEnvironment } from './expression.ts'
import { box, either, type Fragment } from './fragment.ts'
import type { AggregateLanes } from './lanes.ts'
import { compileGuarded } from './output.ts'
import { SourceWriter } from './source.ts'

export interface AggregateOptions {
  /** the replaced rows are wanted: HAVING or another table operator follows */
  readonly previous: boolean
  /** order of two keys of the dictionary as their serialised bytes have it */
  readonly compareKeys: (a: number, b: number) => number
  /** ms of wall clock between emissions of final results; 0: none */
  readonly finalInterval: number
  readonly emissionClock: () => number
  /** final results of windows that ksqlDB's window store has expired are lost, as they are there */
  readonly loseExpired: boolean
}

/** The arguments of aggregates, once evaluated. */
export type Fragments = ReadonlyMap<Typed, Fragment>

/** What the loops of a grouping have in common: where they are written, and their words for lanes, keys and arguments. */
export class AggregateWriter {
  readonly node: AggregateNode
  readonly lanes: AggregateLanes
  readonly environment: ExpressionEnvironment
  readonly options: AggregateOptions
  readonly out = new SourceWriter()

  constructor(
    node: AggregateNode,
    lanes: AggregateLanes,
    environment: ExpressionEnvironment,
    options: AggregateOptions,
  ) {
    this.node = node
    this.lanes = lanes
    this.environment = environment
    this.options = options
  }

  readonly lane = (j: number): string => `L${j}[s]`

  declareLanes(): void {
    this.out.emit('let capacity = S.capacity;')
    for (const [j] of this.lanes.lanes.entries()) this.out.emit(`let L${j} = S.lanes[${j}];`)
  }

  reloadIfGrown(): void {
    const { out } = this
    out.emit('if (S.capacity !== capacity) { capacity = S.capacity;')
    for (const [j] of this.lanes.lanes.entries()) out.emit(`L${j} = S.lanes[${j}];`)
    out.emit('}')
  }

  /** Declares `keyId`; gives the condition under which there is no key. */
  keyId(compiler: ExpressionCompiler): string {
    const { out } = this
    const keys = this.node.groupBy.map((e) => ({ e, f: compileGuarded(out, compiler, e, 'GROUP BY') }))
    const absent = either(...keys.flatMap((k) => [k.f.nul, k.f.err]))
    const values = keys.map((k) => box({ ...k.f, nul: 'false' }, k.e.type))
    const lookup =
      values.length === 1
        ? `S.keys.id1(${values[0]})`
        : values.length === 2
          ? `S.keys.id2(${values.join(', ')})`
          : `S.keys.id([${values.join(', ')}])`
    out.emit(
      absent === 'false'
        ? `const keyId = ${lookup};`
        : `const noKey = ${absent}; const keyId = noKey ? -1 : ${lookup};`,
    )
    return absent === 'false' ? 'false' : 'noKey'
  }

  /** Evaluates the arguments of the aggregates, each once. */
  argumentFragments(compiler: ExpressionCompiler): Fragments {
    const fragments = new Map<Typed, Fragment>()
    for (const call of this.lanes.calls) {
      for (const e of call.args) fragments.set(e, compileGuarded(this.out, compiler, e, call.name))
    }
    return fragments
  }

  /** Adds the row to slot s. */
  add(fragments: Fragments): void {
    this.lanes.add(this.out, this.lane, argumentOf(fragments))
  }

  /** Takes the row out of slot s again. */
  undo(fragments: Fragments): void {
    this.lanes.undo(this.out, this.lane, argumentOf(fragments))
  }

  /** Adds the row to slot s, and gives out the group where results do not wait for the end of a window. */
  update(fragments: Fragments): void {
    const { out, options, node } = this
    const emits = !node.emitFinal
    if (emits && options.previous) {
      out.emit(
        'if (S.slotTime[s] === -Infinity) emitTombstone(P, S, id, ts, S.slotStart[s], S.slotEnd[s], cause); else emit(P, S, s, S.slotTime[s], cause);',
      )
    }
    this.add(fragments)
    out.emit('if (ts > S.slotTime[s]) S.slotTime[s] = ts;')
    if (emits) out.emit('emit(O, S, s, S.slotTime[s], cause);')
  }
}

function argumentOf(fragments: Fragments): (call: AggregateCall, index: number) => Fragment {
  return (call, index) => {
    const e = call.args[index]
    const f = e === undefined ? undefined : fragments.get(e)
    if (f === undefined) throw new Error(`no argument ${index} of ${call.name}`)
    return f
  }
}
