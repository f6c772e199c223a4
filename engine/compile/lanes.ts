import type { Accumulator } from '../functions/definition.ts'
import type { AggregateCall } from '../plan/nodes.ts'
import { type Physical, physicalOf } from '../runtime/batch.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { ExpressionEnvironment } from './expression.ts'
import { box, type Fragment, unbox } from './fragment.ts'
import { LatestLanes } from './latest-lanes.ts'
import type { SourceWriter } from './source.ts'

/**
 * The state of aggregates: "lanes", one array each over the slots of the groups. COUNT, SUM, AVG, MIN, MAX and the deviations of numbers are
 * written out as straight code on flat arrays and share the lanes they have in common (the count and sum of one argument); every other
 * aggregate keeps its accumulator's state in a lane of references. Both give the same results: a property test compares them.
 */
export interface Lane {
  readonly physical: Physical
  /** for references; numbers begin at zero */
  readonly accumulator?: Accumulator<unknown>
}

/** types whose order JavaScript's < has */
const ORDERED = new Set(['INTEGER', 'BIGINT', 'DOUBLE', 'DATE', 'TIME', 'TIMESTAMP', 'STRING'])

export type Step = (out: SourceWriter, lane: (index: number) => string, arg: Fragment) => void

interface ArgumentGroup {
  readonly call: AggregateCall
  /** run when the argument is not NULL, in order */
  readonly adds: Step[]
  readonly undos: Step[]
}

export class AggregateLanes {
  readonly lanes: Lane[] = []
  private readonly shared = new Map<string, number>()
  private readonly groups = new Map<string, ArgumentGroup>()
  private readonly results: ((out: SourceWriter, lane: (i: number) => string) => Fragment)[] = []
  private readonly merges: ((out: SourceWriter, into: (i: number) => string, from: (i: number) => string) => void)[] =
    []
  /** adds of accumulators: they see NULLs, and several arguments */
  private readonly general: { call: AggregateCall; lane: number; accumulator: Accumulator<unknown> }[] = []
  private readonly latest = new LatestLanes((physical) => this.plainLane(physical))
  /** straight code that sees NULLs */
  private readonly nullable: { call: AggregateCall; add: Step }[] = []

  /** `merged`: sessions fold slots, which LATEST_BY_OFFSET can only do with the order of its values at hand. */
  constructor(calls: readonly AggregateCall[], environment: ExpressionEnvironment, merged: boolean) {
    for (const call of calls) {
      const inlined = call.name === 'LATEST_BY_OFFSET' ? !merged && this.latestOf(call) : this.inline(call)
      if (!inlined) this.reference(call, environment)
    }
  }

  get calls(): readonly AggregateCall[] {
    return [...this.groups.values(), ...this.nullable, ...this.general].map((g) => g.call)
  }

  /** Code that adds a row to the slot. `argument` compiles an argument and gives its fragment. */
  add(
    out: SourceWriter,
    lane: (i: number) => string,
    argument: (call: AggregateCall, index: number) => Fragment,
  ): void {
    this.update(out, lane, argument, (g) => g.adds, 'add')
  }

  undo(
    out: SourceWriter,
    lane: (i: number) => string,
    argument: (call: AggregateCall, index: number) => Fragment,
  ): void {
    this.update(out, lane, argument, (g) => g.undos, 'undo')
  }

  merge(out: SourceWriter, into: (i: number) => string, from: (i: number) => string): void {
    for (const merge of this.merges) merge(out, into, from)
  }

  result(out: SourceWriter, call: number, lane: (i: number) => string): Fragment {
    const result = this.results[call]
    if (result === undefined) throw new Error(`no aggregate ${call}`)
    return result(out, lane)
  }

  private update(
    out: SourceWriter,
    lane: (i: number) => string,
    argument: (call: AggregateCall, index: number) => Fragment,
    steps: (group: ArgumentGroup) => readonly Step[],
    method: 'add' | 'undo',
  ): void {
    for (const group of this.groups.values()) {
      const arg = argument(group.call, 0)
      const absent = arg.err === 'false' ? arg.nul : `(${arg.nul} || ${arg.err})`
      if (absent !== 'false') out.emit(`if (!${absent}) {`)
      for (const step of steps(group)) step(out, lane, arg)
      if (absent !== 'false') out.emit('}')
    }
    for (const { call, add } of this.nullable) add(out, lane, argument(call, 0))
    for (const { call, lane: index, accumulator } of this.general) {
      const args = call.args.map((e, i) => {
        const f = argument(call, i)
        const boxed = box(f, e.type)
        return f.err === 'false' ? boxed : `(${f.err} ? null : ${boxed})`
      })
      out.emit(`${lane(index)} = ${out.constant(accumulator)}.${method}(${[lane(index), ...args].join(', ')});`)
    }
  }

  /** The lane of this purpose, made with its code on first use. */
  private lane(key: string, lane: Lane, group: ArgumentGroup, code: (self: number) => LaneCode): number {
    const known = this.shared.get(key)
    if (known !== undefined) return known
    const index = this.lanes.length
    this.lanes.push(lane)
    this.shared.set(key, index)
    const { add, undo, merge } = code(index)
    group.adds.push(add)
    // what was computed from another lane is taken back or merged before that lane
    if (undo !== undefined) group.undos.unshift(undo)
    this.merges.unshift(merge)
    return index
  }

  private group(call: AggregateCall): ArgumentGroup {
    const known = this.groups.get(call.argKey)
    if (known !== undefined) return known
    const group: ArgumentGroup = { call, adds: [], undos: [] }
    this.groups.set(call.argKey, group)
    return group
  }

  private inline(call: AggregateCall): boolean {
    const [type] = call.resolved.argTypes
    const number = type?.base === 'DOUBLE' || type?.base === 'INTEGER' || type?.base === 'BIGINT'
    switch (call.name) {
      case 'COUNT': {
        const count = this.count(this.group(call))
        this.results.push((_, lane) => value(`BigInt(${lane(count)})`))
        return true
      }
      case 'SUM': {
        if (!number) return false
        const sum = this.sum(this.group(call), type)
        this.results.push((_, lane) => value(lane(sum)))
        return true
      }
      case 'AVG': {
        if (!number) return false
        const group = this.group(call)
        const count = this.count(group)
        const sum = this.sum(group, type)
        this.results.push((_, lane) => value(`(${lane(count)} === 0 ? 0 : Number(${lane(sum)}) / ${lane(count)})`))
        return true
      }
      case 'MIN':
      case 'MAX': {
        if (type === undefined || !ORDERED.has(type.base)) return false
        const group = this.group(call)
        const count = this.count(group)
        const extreme = this.extreme(group, call.name, type, count)
        this.results.push((_, lane) => ({ val: lane(extreme), nul: `(${lane(count)} === 0)`, err: 'false' }))
        return true
      }
      case 'STDDEV_SAMPLE':
      case 'STDDEV_SAMP': {
        if (type?.base !== 'DOUBLE') return false
        const group = this.group(call)
        const count = this.count(group)
        const sum = this.sum(group, type)
        const m2 = this.squares(group, count, sum)
        const root = call.name === 'STDDEV_SAMPLE' ? 'Math.sqrt' : ''
        this.results.push((_, lane) => value(`(${lane(count)} < 2 ? 0 : ${root}(${lane(m2)} / (${lane(count)} - 1)))`))
        return true
      }
      default:
        return false
    }
  }

  private count(group: ArgumentGroup): number {
    return this.lane(`count ${group.call.argKey}`, { physical: 'f64' }, group, (self) => ({
      add: (out, lane) => out.emit(`${lane(self)}++;`),
      undo: (out, lane) => out.emit(`${lane(self)}--;`),
      merge: (out, into, from) => out.emit(`${into(self)} += ${from(self)};`),
    }))
  }

  private sum(group: ArgumentGroup, type: SqlType): number {
    const physical = physicalOf(type)
    const add = (a: string, op: string, b: string) =>
      physical === 'f64'
        ? `${a} ${op}= ${b};`
        : `${a} = ${physical === 'i32' ? `(${a} ${op} ${b}) | 0` : `BigInt.asIntN(64, ${a} ${op} ${b})`};`
    return this.lane(`sum ${group.call.argKey}`, { physical }, group, (self) => ({
      add: (out, lane, arg) => out.emit(add(lane(self), '+', arg.val)),
      undo: (out, lane, arg) => out.emit(add(lane(self), '-', arg.val)),
      merge: (out, into, from) => out.emit(add(into(self), '+', from(self))),
    }))
  }

  /** Java's order: NaN above all, -0.0 below 0.0. The count tells whether there is a value yet. */
  private extreme(group: ArgumentGroup, name: 'MIN' | 'MAX', type: SqlType, count: number): number {
    const physical = physicalOf(type)
    const sign = name === 'MIN' ? '<' : '>'
    const better = (x: string, m: string) => {
      if (type.base !== 'DOUBLE') return `${x} ${sign} ${m}`
      const zero = name === 'MIN' ? `1 / ${x} < 0` : `1 / ${m} < 0`
      const nan = name === 'MIN' ? `${m} !== ${m}` : `${x} !== ${x}`
      return `${x} ${sign} ${m} || ${nan} || (${x} === 0 && ${m} === 0 && ${zero})`
    }
    return this.lane(`${name} ${group.call.argKey}`, { physical }, group, (self) => ({
      add: (out, lane, arg) =>
        out.emit(`if (${lane(count)} === 1 || ${better(arg.val, lane(self))}) ${lane(self)} = ${arg.val};`),
      merge: (out, into, from) => {
        out.emit(
          `if (${from(count)} > 0 && (${into(count)} === 0 || ${better(from(self), into(self))})) ${into(self)} = ${from(self)};`,
        )
      },
    }))
  }

  /** Youngs and Cramer, see functions/aggregate/deviation.ts; the count and the sum include the value already. */
  private squares(group: ArgumentGroup, count: number, sum: number): number {
    const part = (lane: (i: number) => string, x: string) => {
      const distance = `(${lane(count)} * ${x} - ${lane(sum)})`
      return `(${lane(count)} > 1 ? ${distance} * ${distance} / (${lane(count)} * (${lane(count)} - 1)) : 0)`
    }
    return this.lane(`m2 ${group.call.argKey}`, { physical: 'f64' }, group, (self) => ({
      add: (out, lane, arg) => out.emit(`${lane(self)} += ${part(lane, arg.val)};`),
      undo: (out, lane, arg) => out.emit(`${lane(self)} -= ${part(lane, arg.val)};`),
      merge: (out, into, from) => {
        const [m, n] = [into(count), from(count)]
        const distance = `(${into(sum)} / ${m} - ${from(sum)} / ${n})`
        out.emit(
          `if (${n} > 0) ${into(self)} = ${m} === 0 ? ${from(self)} : ${into(self)} + ${from(self)} + ${distance} * ${distance} * ${m} * ${n} / (${m} + ${n});`,
        )
      },
    }))
  }

  private latestOf(call: AggregateCall): boolean {
    const latest = this.latest.of(call)
    if (latest === null) return false
    if (latest.add !== null) this.nullable.push({ call, add: latest.add })
    this.results.push(latest.result)
    return true
  }

  /** A lane that shares nothing and never merges. */
  private plainLane(physical: Physical): number {
    this.lanes.push({ physical })
    return this.lanes.length - 1
  }

  private reference(call: AggregateCall, environment: ExpressionEnvironment): void {
    const accumulator = call.resolved.variant.bind({
      argTypes: call.resolved.argTypes,
      returnType: call.resolved.returnType,
      constants: call.constants,
      properties: environment.properties,
      now: environment.now,
    })
    const lane = this.lanes.length
    this.lanes.push({ physical: 'ref', accumulator })
    this.general.push({ call, lane, accumulator })
    this.merges.push((out, into, from) => {
      out.emit(`${into(lane)} = ${out.constant(accumulator)}.merge(${into(lane)}, ${from(lane)});`)
    })
    this.results.push((out, at) => {
      const name = out.fresh('r')
      out.emit(`const ${name} = ${out.constant(accumulator)}.result(${at(lane)});`)
      return unbox(name, 'false')
    })
  }
}

interface LaneCode {
  readonly add: Step
  /** absent: cannot take rows out */
  readonly undo?: Step
  readonly merge: (out: SourceWriter, into: (i: number) => string, from: (i: number) => string) => void
}

export function value(val: string): Fragment {
  return { val, nul: 'false', err: 'false' }
}
