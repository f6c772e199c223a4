import type { AggregateCall } from '../plan/nodes.ts'
import { type Physical, physicalOf } from '../runtime/batch.ts'
import { either, type Fragment } from './fragment.ts'
import type { Step } from './lanes.ts'
import { type SourceWriter, zeroOfPhysical } from './source.ts'

/** LATEST_BY_OFFSET of more values keeps a list instead. */
export const MAX_LATEST = 4

interface LatestLane {
  readonly value: number
  /** 1 where there is a value; references hold null themselves */
  readonly present: number | null
}

interface LatestCode {
  /** null: another call, of which this one takes another element, adds for both */
  readonly add: Step | null
  readonly result: (out: SourceWriter, lane: (i: number) => string) => Fragment
}

/** LATEST_BY_OFFSET: the last n values in lanes of their own, the newest in the last one. A table's rows cannot be taken out, so there is no undo. */
export class LatestLanes {
  readonly #lane: (physical: Physical) => number
  /** by call */
  readonly #lanes = new Map<string, readonly LatestLane[]>()
  /** counters that serve all calls of one size */
  readonly #counts = new Map<number, number>()

  /** @param lane makes a lane, and gives its number */
  constructor(lane: (physical: Physical) => number) {
    this.#lane = lane
  }

  /** Code of a call; null where it is not to be written out: of more values, or of a number that is known only later. */
  of(call: AggregateCall): LatestCode | null {
    const { argTypes, returnType } = call.resolved
    const [type] = argTypes
    const several = returnType.base === 'ARRAY' && argTypes[1]?.base === 'INTEGER'
    const size = several ? call.constants[1] : 1
    if (type === undefined || typeof size !== 'number' || size < 1 || size > MAX_LATEST) return null
    const ignoreNulls = call.constants[several ? 2 : 1] !== false
    const physical = physicalOf(type)
    const { element } = call
    // the elements of one call share its lanes
    const lanesKey = `${call.argKey} ${JSON.stringify(call.constants)}`
    const known = this.#lanes.get(lanesKey)
    const counter = several && element === undefined ? this.#count(size, ignoreNulls) : null
    const values =
      known ??
      Array.from({ length: size }, () => ({
        value: this.#lane(physical),
        present: physical === 'ref' ? null : this.#lane('bool'),
      }))
    this.#lanes.set(lanesKey, values)
    const add: Step = (out, lane, arg) => {
      const absent = either(arg.nul, arg.err)
      const maybe = absent !== 'false' && !ignoreNulls
      if (ignoreNulls && absent !== 'false') out.emit(`if (!${absent}) {`)
      for (const [i, { value: to, present }] of values.entries()) {
        const next = values[i + 1]
        if (next === undefined) {
          const stored = physical === 'bool' ? `(${arg.val} ? 1 : 0)` : arg.val
          out.emit(`${lane(to)} = ${maybe ? `${absent} ? ${zeroOfLane(physical)} : ${stored}` : stored};`)
          if (present !== null) out.emit(`${lane(present)} = ${maybe ? `${absent} ? 0 : 1` : '1'};`)
        } else {
          out.emit(`${lane(to)} = ${lane(next.value)};`)
          if (present !== null && next.present !== null) out.emit(`${lane(present)} = ${lane(next.present)};`)
        }
      }
      if (counter?.owned) out.emit(`if (${lane(counter.lane)} < ${size}) ${lane(counter.lane)}++;`)
      if (ignoreNulls && absent !== 'false') out.emit('}')
    }
    const plain = (lane: (i: number) => string, of: number) => (physical === 'bool' ? `(${lane(of)} === 1)` : lane(of))
    const absence = (lane: (i: number) => string, { value: of, present }: LatestLane) =>
      present === null ? `(${lane(of)} === null)` : `(${lane(present)} === 0)`
    const result: LatestCode['result'] = (out, lane) => {
      const only = values.at(element ?? -1)
      if (counter === null) {
        if (only === undefined) return { val: zeroOfLane(physical), nul: 'true', err: 'false' }
        return { val: plain(lane, only.value), nul: absence(lane, only), err: 'false' }
      }
      const listed = (v: LatestLane) =>
        v.present === null ? lane(v.value) : `${absence(lane, v)} ? null : ${plain(lane, v.value)}`
      const lists = Array.from(
        { length: size + 1 },
        (_, n) =>
          `[${values
            .slice(size - n)
            .map(listed)
            .join(', ')}]`,
      )
      const chosen = lists
        .slice(0, -1)
        .reduceRight((rest, list, n) => `${lane(counter?.lane ?? 0)} === ${n} ? ${list} : ${rest}`, lists[size] ?? '[]')
      const name = out.fresh('r')
      out.emit(`const ${name} = ${chosen};`)
      return { val: name, nul: 'false', err: 'false' }
    }
    return { add: known === undefined ? add : null, result }
  }

  /** How many values there are, up to `size`. Where NULLs count it is the same for every argument, and one lane serves all. */
  #count(size: number, ignoreNulls: boolean): { lane: number; owned: boolean } {
    const known = ignoreNulls ? undefined : this.#counts.get(size)
    if (known !== undefined) return { lane: known, owned: false }
    const lane = this.#lane('f64')
    if (!ignoreNulls) this.#counts.set(size, lane)
    return { lane, owned: true }
  }
}

function zeroOfLane(physical: Physical): string {
  return physical === 'bool' ? '0' : zeroOfPhysical(physical)
}
