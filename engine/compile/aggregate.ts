import type { AggregateCall, AggregateNode } from '../plan/nodes.ts'
import type { Typed } from '../plan/typed.ts'
import { AggregateState } from '../runtime/aggregate-state.ts'
import { Batch, noNulls } from '../runtime/batch.ts'
import { presentSlots } from '../runtime/present-slots.ts'
import { box, ExpressionCompiler, type ExpressionEnvironment, either, type Fragment, unbox } from './expression.ts'
import { AggregateLanes } from './lanes.ts'
import { compileCondition, compileGuarded, grow, OutputColumns, type ReportError } from './output.ts'
import { columnsUsed, RowSource } from './row-source.ts'
import { SourceWriter } from './source.ts'

export interface AggregateKernel {
  readonly state: AggregateState
  /** new rows of the groups, and where asked for the rows they replace (tombstones for new groups) */
  process(batch: Batch, previous: Batch | null): { next: Batch; previous: Batch | null }
  /** no more rows will come: the final results of windows still open; null where results do not wait for the end of a window */
  end(): { next: Batch; previous: Batch | null } | null
  /** The table as it stands. Of EMIT FINAL: the newest windows that have given their result, until their retention is over. */
  present(): Batch
}

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
  const process = new AggregateCompiler(node, lanes, environment, report, options).compile()
  return {
    state,
    process: (batch, previous) => process(state, batch, previous, null),
    end: () => (node.emitFinal ? process(state, null, null, null) : null),
    present: () => process(state, null, null, presentSlots(state, node.windowPlan, node.emitFinal)).next,
  }
}

class AggregateCompiler {
  private readonly node: AggregateNode
  private readonly lanes: AggregateLanes
  private readonly environment: ExpressionEnvironment
  private readonly report: ReportError
  private readonly options: AggregateOptions
  private readonly out = new SourceWriter()

  constructor(
    node: AggregateNode,
    lanes: AggregateLanes,
    environment: ExpressionEnvironment,
    report: ReportError,
    options: AggregateOptions,
  ) {
    this.node = node
    this.lanes = lanes
    this.environment = environment
    this.report = report
    this.options = options
  }

  compile(): Process {
    const { out, node } = this
    const prologue = out.nested()
    prologue.emit(out.named('Batch', Batch))
    prologue.emit(out.named('report', this.report))
    prologue.emit(out.named('grow', grow))
    prologue.emit(out.named('noNulls', noNulls))
    prologue.emit(out.named('compareKeys', this.options.compareKeys))
    prologue.emit(out.named('clock', this.options.emissionClock))
    this.outputFunctions(prologue)
    if (node.windowPlan !== null) this.closeFunction(prologue)
    const result = 'return { next: finish(O), previous: P === null ? null : finish(P) };'
    out.emit('if (slots !== null) return present(S, slots);')
    out.emit('const H = B === null ? null : B.headers; rowHeaders = undefined;')
    out.emit(`const O = makeOut(H), P = ${this.options.previous ? 'makeOut(null)' : 'null'};`)
    if (node.emitFinal) out.emit(`if (B === null) { S.streamTime = Infinity; close(S, O, P, 0); ${result} }`)
    this.reloadLanes('let')
    if (node.input.kind === 'table') this.tableLoop()
    else this.streamLoop()
    out.emit(result)
    return out.compile<Process>(`group_${this.environment.label}`, ['S', 'B', 'PB', 'slots'], prologue.lines)
  }

  private readonly lane = (j: number): string => `L${j}[s]`

  private reloadLanes(keyword: 'let' | ''): void {
    const { out } = this
    for (let j = 0; j < this.lanes.lanes.length; j++) out.emit(`${keyword} L${j} = S.lanes[${j}];`)
    if (keyword !== '') out.emit('let capacity = S.capacity;')
    else out.emit('capacity = S.capacity;')
  }

  private reloadIfGrown(): void {
    this.out.emit('if (S.capacity !== capacity) {')
    this.reloadLanes('')
    this.out.emit('}')
  }

  // ------------------------------------------------------------ emission
  private outputFunctions(p: SourceWriter): void {
    const { layout, groupBy } = this.node
    const windowed = this.node.windowPlan !== null
    const bounds = windowed ? ['ws', 'we'] : []
    const times = ['rt', ...bounds].map((name) => ({ name, array: 'Float64Array' }) as const)
    const columns = new OutputColumns(
      layout.map((c, k) => [String(k), c.type]),
      [...times, { name: 'cause', array: 'Int32Array' }],
      'O.',
    )
    const values = this.node.aggregates.map((_, i) => String(groupBy.length + i))
    // room for as many rows as recent batches gave; results carry the headers of the record that caused them
    p.emit('let room = 16, rowHeaders;')
    p.emit('function place(O, S, id, ts, ws, we, cause) { if (O.count === O.cap) growOut(O); const o = O.count++;')
    for (const [j] of groupBy.entries()) {
      p.emit(`const k${j} = S.keys.columns[${j}][id];`)
      columns.store(p, String(j), unbox(`k${j}`, 'false'), 'o')
    }
    if (windowed) p.emit('O.ws[o] = ws; O.we[o] = we;')
    p.emit('if (O.hd !== null) O.hd.push(rowHeaders ?? []);')
    p.emit('O.rt[o] = ts; O.cause[o] = cause; return o; }')
    p.emit('function emit(O, S, s, ts, cause) {')
    p.emit('const o = place(O, S, S.slotKey[s], ts, S.slotStart[s], S.slotEnd[s], cause);')
    for (let j = 0; j < this.lanes.lanes.length; j++) p.emit(`const L${j} = S.lanes[${j}];`)
    for (const [i, name] of values.entries()) columns.store(p, name, this.lanes.result(p, i, this.lane), 'o')
    p.emit('}')
    p.emit(
      'function emitTombstone(O, S, id, ts, ws, we, cause) { const o = place(O, S, id, ts, ws, we, cause); if (O.tomb === null) O.tomb = new Uint8Array(O.cap); O.tomb[o] = 1;',
    )
    for (const name of values) columns.storeAbsent(p, name, 'o')
    p.emit('}')
    const literals = layout.map((_, k) => columns.literal(String(k), k < groupBy.length ? 'null' : 'O.tomb'))
    p.emit(
      `function finish(O) { room = Math.max(16, O.count + (O.count >> 3), room - (room >> 4)); const R = new Batch(O.count, [${literals.join(', ')}], O.rt); R.tombstone = O.tomb; R.cause = O.cause; R.headers = O.hd;`,
    )
    if (windowed) p.emit('R.windowStart = O.ws; R.windowEnd = O.we;')
    p.emit('return R; }')
    const { memory, names } = columns.allocation()
    p.emit(`function makeOut(H) { const cap = room; ${memory}`)
    p.emit(`return { count: 0, cap, tomb: null, hd: H === null ? null : [],`)
    for (const [name, value] of names) p.emit(`${name}: ${value},`)
    p.emit('}; }')
    p.emit('function growOut(O) { const cap = O.cap *= 2; if (O.tomb !== null) O.tomb = grow(O.tomb, cap);')
    for (const line of columns.growth()) p.emit(line)
    p.emit('}')
    // a table that is looked at must not leave the next batches the room of all its rows
    p.emit(
      'function present(S, slots) { const usual = room; room = Math.max(16, slots.length); const O = makeOut(null);',
    )
    p.emit('for (let i = 0; i < slots.length; i++) emit(O, S, slots[i], S.slotTime[slots[i]], i);')
    p.emit('const next = finish(O); room = usual; return { next, previous: null }; }')
  }

  /** Frees what its retention no longer covers; with EMIT FINAL what has closed is emitted instead. */
  private closeFunction(p: SourceWriter): void {
    const { node, options } = this
    const plan = node.windowPlan
    if (plan === null) return
    const sessions = plan.type === 'SESSION'
    const closing = `S.streamTime - ${plan.grace + (sessions ? plan.size : 0)}`
    // a store of Kafka Streams counts retention between starts of windows, between ends of sessions
    const expiring = sessions ? `S.streamTime - ${plan.retention}` : `S.maxStart - ${plan.retention - plan.size + 1}`
    p.emit(`function closeSome(S, O, P, cause, horizon) {`)
    if (node.emitFinal && options.finalInterval > 0) {
      p.emit(`const now = clock(); if (now - S.lastEmit < ${options.finalInterval}) return; S.lastEmit = now;`)
    }
    const ts = sessions ? 'S.slotEnd[s]' : 'S.slotTime[s]'
    const lost = options.loseExpired && !sessions ? `if (S.slotStart[s] < S.maxStart - ${plan.retention}) return; ` : ''
    const previous = options.previous
      ? ' emitTombstone(P, S, S.slotKey[s], S.slotTime[s], S.slotStart[s], S.slotEnd[s], cause);'
      : ''
    const ended = node.emitFinal ? `(s) => { ${lost}emit(O, S, s, ${ts}, cause);${previous} }` : 'null'
    p.emit(`S.${sessions ? 'closeSessions' : 'closeWindows'}(horizon, ${ended}, compareKeys); }`)
    // of its own, since the closure above costs an allocation wherever it might be made: here, with every row
    p.emit(`function close(S, O, P, cause) { const horizon = ${node.emitFinal ? closing : expiring};`)
    p.emit(`if (horizon ${sessions ? '>' : '>='} S.nextClose) closeSome(S, O, P, cause, horizon); }`)
  }

  // ------------------------------------------------------------ streams
  private streamLoop(): void {
    const { out, node } = this
    const row = new RowSource(node.input.layout, 'B', 'c')
    const compiler = new ExpressionCompiler(out, row, this.environment)
    const args = this.lanes.calls.flatMap((c) => c.args)
    const all = [...(node.where === null ? [] : [node.where]), ...node.groupBy, ...args]
    out.emit('const n = B.count, T = B.tombstone, RT = B.rowtime, C = B.cause;')
    row.declare(out, columnsUsed(all))
    out.emit('for (let i = 0; i < n; i++) {')
    out.emit('if (T !== null && T[i] === 1) continue;')
    if (node.where !== null) {
      row.load(out, [node.where])
      out.emit(`if (!${compileCondition(out, compiler, node.where, 'WHERE')}) continue;`)
    }
    row.load(out, node.groupBy)
    const absent = this.keyId(out, compiler)
    if (absent !== 'false') out.emit(`if (${absent}) continue;`)
    out.emit('const id = keyId;')
    row.load(out, args)
    const fragments = this.argumentFragments(out, compiler)
    out.emit('const ts = RT[i], cause = C === null ? i : C[i];')
    out.emit('if (H !== null) rowHeaders = H[i];')
    const { windowPlan } = node
    if (windowPlan === null) {
      out.emit('const s = S.groupSlot(id);')
      this.reloadIfGrown()
      this.updateAndEmit(fragments)
    } else if (windowPlan.type === 'SESSION') {
      out.emit('if (ts > S.streamTime) S.streamTime = ts;')
      this.sessionUpdate(windowPlan.size, windowPlan.grace, fragments)
      out.emit('close(S, O, P, cause);')
    } else {
      out.emit('if (ts > S.streamTime) S.streamTime = ts;')
      this.windowUpdates(windowPlan.size, windowPlan.advance, windowPlan.grace, fragments)
      out.emit('close(S, O, P, cause);')
    }
    out.emit('}')
  }

  /** Declares `keyId`; gives the condition under which there is no key. */
  private keyId(out: SourceWriter, compiler: ExpressionCompiler): string {
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

  private argumentFragments(out: SourceWriter, compiler: ExpressionCompiler): Map<Typed, Fragment> {
    const fragments = new Map<Typed, Fragment>()
    for (const call of this.lanes.calls) {
      for (const e of call.args) fragments.set(e, compileGuarded(out, compiler, e, call.name))
    }
    return fragments
  }

  private readonly argument =
    (fragments: ReadonlyMap<Typed, Fragment>) =>
    (call: AggregateCall, index: number): Fragment => {
      const e = call.args[index]
      const f = e === undefined ? undefined : fragments.get(e)
      if (f === undefined) throw new Error(`no argument ${index} of ${call.name}`)
      return f
    }

  private updateAndEmit(fragments: ReadonlyMap<Typed, Fragment>): void {
    const { out, options, node } = this
    const emits = !node.emitFinal
    if (emits && options.previous) {
      out.emit(
        'if (S.slotTime[s] === -Infinity) emitTombstone(P, S, id, ts, S.slotStart[s], S.slotEnd[s], cause); else emit(P, S, s, S.slotTime[s], cause);',
      )
    }
    this.lanes.add(out, this.lane, this.argument(fragments))
    out.emit('if (ts > S.slotTime[s]) S.slotTime[s] = ts;')
    if (emits) out.emit('emit(O, S, s, S.slotTime[s], cause);')
  }

  private windowUpdates(size: number, advance: number, grace: number, fragments: ReadonlyMap<Typed, Fragment>): void {
    const { out } = this
    const slot = () => {
      out.emit(`let s; if (w + ${size} <= S.streamTime - ${grace}) { S.late++; } else {`)
      out.emit(`if (S.lastStart[id] === w) s = S.lastSlot[id]; else { s = S.windowSlot(id, w, w + ${size});`)
      this.reloadIfGrown()
      out.emit('}')
      this.updateAndEmit(fragments)
      out.emit('}')
    }
    if (advance === size) {
      out.emit(`const w = Math.floor(ts / ${size}) * ${size};`)
      slot()
    } else {
      out.emit(
        `for (let w = Math.floor(Math.max(0, ts - ${size} + ${advance}) / ${advance}) * ${advance}; w <= ts; w += ${advance}) {`,
      )
      slot()
      out.emit('}')
    }
  }

  /** A row joins the sessions it touches into one; each replaced session gets a tombstone. */
  private sessionUpdate(gap: number, grace: number, fragments: ReadonlyMap<Typed, Fragment>): void {
    const { out, node, options } = this
    const emits = !node.emitFinal
    this.extendSession(gap, grace, fragments)
    const mergeSlots = out.nested()
    this.lanes.merge(
      mergeSlots,
      (j) => `L${j}[s]`,
      (j) => `L${j}[from]`,
    )
    out.emit(`const joined = S.takeSessions(id, ts, ${gap});`)
    out.emit('let start = ts, end = ts;')
    out.emit('for (const x of joined) { if (x.start < start) start = x.start; if (x.end > end) end = x.end; }')
    out.emit(
      `if (end < S.streamTime - ${grace} - ${gap}) { S.late++; for (const x of joined) S.putSession(id, x); } else {`,
    )
    if (emits) {
      out.emit('if (start !== end || joined.length > 1) for (const x of joined) {')
      out.emit('emitTombstone(O, S, id, x.end, x.start, x.end, cause);')
      if (options.previous) out.emit('emit(P, S, x.slot, x.end, cause);')
      out.emit('}')
      if (options.previous) {
        out.emit(
          'if (start === end && joined.length === 1) emit(P, S, joined[0].slot, end, cause); else emitTombstone(P, S, id, end, start, end, cause);',
        )
      }
    }
    out.emit('const s = joined.length === 0 ? S.allocate(id, start, end) : joined[0].slot;')
    this.reloadIfGrown()
    out.emit('for (let j = 1; j < joined.length; j++) { const from = joined[j].slot;')
    out.append(mergeSlots)
    out.emit('S.free.push(from); }')
    this.lanes.add(out, this.lane, this.argument(fragments))
    out.emit('S.slotTime[s] = end; S.putSession(id, { start, end, slot: s });')
    if (emits) out.emit('emit(O, S, s, end, cause);')
    out.emit('} }')
  }

  /** The common case in place: the key has one session, and the row falls into or next to it. Opens the else for all others. */
  private extendSession(gap: number, grace: number, fragments: ReadonlyMap<Typed, Fragment>): void {
    const { out, node, options } = this
    const emits = !node.emitFinal
    out.emit('const list = S.sessions[id], one = list !== undefined && list.length === 1 ? list[0] : null;')
    out.emit(`if (one !== null && one.start <= ts + ${gap} && one.end >= ts - ${gap}) {`)
    out.emit('const s = one.slot, start = ts < one.start ? ts : one.start, end = ts > one.end ? ts : one.end;')
    out.emit(`if (end < S.streamTime - ${grace} - ${gap}) S.late++; else {`)
    if (emits) {
      out.emit('if (start !== end) {')
      out.emit('emitTombstone(O, S, id, one.end, one.start, one.end, cause);')
      if (options.previous) {
        out.emit('emit(P, S, s, one.end, cause); emitTombstone(P, S, id, end, start, end, cause);')
        out.emit('} else { emit(P, S, s, end, cause);')
      }
      out.emit('}')
    }
    this.lanes.add(out, this.lane, this.argument(fragments))
    out.emit('one.start = start; one.end = end;')
    out.emit('S.slotStart[s] = start; S.slotEnd[s] = end; S.slotTime[s] = end;')
    if (emits) out.emit('emit(O, S, s, end, cause);')
    out.emit('} } else {')
  }

  // ------------------------------------------------------------ tables
  /** Old rows are taken out of their group, new ones added; within one group that is one change. */
  private tableLoop(): void {
    const { out, node } = this
    const args = this.lanes.calls.flatMap((c) => c.args)
    const used = columnsUsed([...node.groupBy, ...args])
    out.emit('const n = B.count, T = B.tombstone, PT = PB.tombstone, RT = B.rowtime, PRT = PB.rowtime, C = B.cause;')
    // what a row source has loaded holds for one block only, so each block has its own
    const rowOf = (side: 'new' | 'old') =>
      side === 'new' ? new RowSource(node.input.layout, 'B', 'c') : new RowSource(node.input.layout, 'PB', 'q')
    const sides = [
      { side: 'new', dead: 'T' },
      { side: 'old', dead: 'PT' },
    ] as const
    for (const { side } of sides) rowOf(side).declare(out, used)
    out.emit('for (let i = 0; i < n; i++) {')
    out.emit('const cause = C === null ? i : C[i]; let oldId = -1, newId = -1;')
    out.emit('if (H !== null) rowHeaders = H[i];')
    for (const { side, dead } of sides) {
      out.emit(`if (${dead} === null || ${dead}[i] === 0) {`)
      const row = rowOf(side)
      row.load(out, node.groupBy)
      this.keyId(out, new ExpressionCompiler(out, row, this.environment))
      out.emit(`${side}Id = keyId; }`)
    }
    const apply = (side: 'new' | 'old') => {
      const row = rowOf(side)
      out.emit('{')
      row.load(out, args)
      const fragments = this.argumentFragments(out, new ExpressionCompiler(out, row, this.environment))
      if (side === 'new') this.lanes.add(out, this.lane, this.argument(fragments))
      else this.lanes.undo(out, this.lane, this.argument(fragments))
      out.emit('}')
    }
    const begin = (id: string, time: string) => {
      out.emit(`const id = ${id}, ts = ${time}, s = S.groupSlot(id);`)
      this.reloadIfGrown()
      if (this.options.previous) {
        out.emit(
          'if (S.slotTime[s] === -Infinity) emitTombstone(P, S, id, ts, 0, 0, cause); else emit(P, S, s, S.slotTime[s], cause);',
        )
      }
    }
    const end = () => out.emit('if (ts > S.slotTime[s]) S.slotTime[s] = ts; emit(O, S, s, S.slotTime[s], cause);')
    out.emit('if (oldId >= 0 && oldId === newId) {')
    begin('newId', 'RT[i]')
    apply('old')
    apply('new')
    end()
    out.emit('} else {')
    out.emit('if (oldId >= 0) {')
    begin('oldId', 'RT[i]')
    apply('old')
    end()
    out.emit('}')
    out.emit('if (newId >= 0) {')
    begin('newId', 'RT[i]')
    apply('new')
    end()
    out.emit('} } }')
  }
}
