import type { MapNode } from '../plan/nodes.ts'
import type { Typed, TypedCase, TypedStruct } from '../plan/typed.ts'
import { mapOperands, operandsOf } from '../plan/typed.ts'
import { physicalOf } from '../runtime/batch.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import type { ExpressionCompiler, ExpressionEnvironment } from './expression.ts'
import { box, either, type Fragment, numberInside, onlyIf } from './fragment.ts'
import { compileGuarded, countNullOperand } from './output.ts'
import { type SourceWriter, zeroOf } from './source.ts'

/** How the rows of an expansion are made. */
export interface RowWriter {
  /** the values of a row, computed where `target` writes */
  evaluate(target: SourceWriter, outputs: readonly Typed[]): Fragment[]
  /** stores a row */
  storeRow(values: readonly Fragment[]): void
}

/**
 * Writes the inner loop of table functions: a row for everything they give. Several calls advance side by side, the shorter ones
 * padded with NULL, as in ksqlDB.
 * @param types of the values of a row
 */
export function expansionOf(
  node: MapNode,
  types: readonly SqlType[],
  compiler: ExpressionCompiler,
  out: SourceWriter,
  environment: ExpressionEnvironment,
  rows: RowWriter,
): void {
  const literals = literalItems(node)
  if (literals !== null) {
    expandLiterals(literals, node, types, compiler, out, rows)
    return
  }
  const lists = node.tableCalls.map((call, index) => {
    const bound = call.variant.bind({
      argTypes: call.argTypes,
      returnType: call.type,
      constants: call.args.map((arg) => (arg.op === 'const' ? arg.value : undefined)),
      properties: environment.properties,
      now: environment.now,
    })
    const fn = out.constant((...args: SqlValue[]): readonly SqlValue[] => bound(...args))
    const list = `l${index}`
    out.emit(`let ${list} = [];`)
    out.emit('try {')
    const values = call.args.map((arg) => {
      const boxed = compiler.into(out).boxed(arg)
      countNullOperand(out, boxed.err, call.name)
      return boxed.err === 'false' ? boxed.val : `(${boxed.err} ? null : ${boxed.val})`
    })
    out.emit(`${list} = ${fn}(${values.join(', ')});`)
    out.emit(`} catch (error) { report(${out.constant(call.name)}, error); }`)
    return list
  })
  out.emit(`const m = Math.max(${lists.map((l) => `${l}.length`).join(', ')});`)
  out.emit('for (let j = 0; j < m; j++) {')
  for (const [index, list] of lists.entries()) out.emit(`const s${index} = j < ${list}.length ? ${list}[j] : null;`)
  rows.storeRow(rows.evaluate(out, node.outputs))
  out.emit('}')
}

/**
 * EXPLODE(ARRAY[a, b, …]) and EXPLODE(FILTER(ARRAY[a, b, …], x => x IS NOT NULL)) need no array: which items there are is a set of bits.
 * Null when the query has another shape.
 */
function literalItems(node: MapNode): { items: readonly Typed[]; skipNulls: boolean } | null {
  const [call] = node.tableCalls
  if (call === undefined || node.tableCalls.length > 1 || call.name !== 'EXPLODE') return null
  const [arg] = call.args
  if (arg?.op === 'array') return { items: arg.items, skipNulls: false }
  if (arg?.op !== 'call' || arg.name !== 'FILTER') return null
  const [array, lambda] = arg.args
  if (array?.op !== 'array' || lambda?.op !== 'lambda') return null
  const { body } = lambda
  const notNull = body.op === 'is-null' && body.negated && body.operand.op === 'lambda-param'
  return notNull ? { items: array.items, skipNulls: true } : null
}

/** Does every row the query expands to have a STRUCT constructor for its value? */
export function expandsToStructs(node: MapNode): boolean {
  const literals = literalItems(node)
  return literals?.skipNulls === true && literals.items.every((item) => conditionalStruct(item) !== null)
}

interface Item {
  readonly item: Typed
  readonly struct: { when: Typed; then: TypedStruct } | null
  /** name of the condition under which the struct is made, or of the value */
  readonly chosen: string
}

function expandLiterals(
  { items, skipNulls }: { items: readonly Typed[]; skipNulls: boolean },
  node: MapNode,
  types: readonly SqlType[],
  compiler: ExpressionCompiler,
  out: SourceWriter,
  rows: RowWriter,
): void {
  const planned = items.map(
    (item): Item => ({ item, struct: skipNulls ? conditionalStruct(item) : null, chosen: out.fresh('w') }),
  )
  // an error in one item spoils the array, so all are looked at before the first row is made
  out.emit('let spoiled = false;')
  for (const { item, struct, chosen } of planned) {
    if (struct === null) {
      const f = compileGuarded(out, compiler, item, 'EXPLODE')
      const absent = either(f.nul, f.err)
      out.emit(`const ${chosen} = ${absent === 'false' ? f.val : `${absent} ? null : ${f.val}`};`)
      if (f.err !== 'false') out.emit(`spoiled ||= ${f.err};`)
      continue
    }
    const when = compileGuarded(out, compiler, struct.when, 'EXPLODE')
    const failed = either(when.nul, when.err)
    out.emit(`const ${chosen} = ${failed === 'false' ? when.val : `!${failed} && ${when.val}`};`)
    if (failed !== 'false') out.emit(`spoiled ||= ${failed};`)
    const fields = out.nested()
    const errors = struct.then.fields.map((field) => compileGuarded(fields, compiler, field, 'EXPLODE').err)
    const fieldError = either(...errors)
    if (fieldError === 'false') continue
    out.emit(`if (${chosen}) {`)
    out.append(fields)
    out.emit(`spoiled ||= ${fieldError}; }`)
  }
  out.emit('if (spoiled) continue;')
  for (let first = 0; first < planned.length; first += BITS) {
    rowsOf(planned.slice(first, first + BITS), skipNulls, node, types, out, rows)
  }
}

/** Items whose presence fits into a whole number that V8 keeps in a register. */
const BITS = 30

/**
 * A row for each item that is there, in their order. Rows are stored at one place, and what is special to an item is chosen before: with a
 * store for each item the code would be many times as long, and V8 would compile it anew whenever an item appears for the first time.
 */
function rowsOf(
  items: readonly Item[],
  skipNulls: boolean,
  node: MapNode,
  types: readonly SqlType[],
  out: SourceWriter,
  rows: RowWriter,
): void {
  const set = out.fresh('m')
  const there = items.map(({ struct, chosen }, bit) => {
    if (struct === null && !skipNulls) return String(2 ** bit)
    return `(${struct === null ? `${chosen} !== null` : chosen} ? ${2 ** bit} : 0)`
  })
  const cases = items.map(({ struct, chosen }) => {
    const lines = out.nested()
    if (struct === null) lines.emit(`s0 = ${chosen};`)
    const values = rows.evaluate(
      lines,
      struct === null ? node.outputs : node.outputs.map((e) => inline(e, struct.then)),
    )
    return { lines, values }
  })
  const choices = types.map((type, k) =>
    choiceOf(
      cases.map(({ values }) => values[k] ?? ABSENT),
      type,
      out,
    ),
  )
  out.emit(`let ${set} = ${there.join(' | ')};`)
  out.emit(`while (${set} !== 0) {`)
  out.emit('let s0 = null;')
  for (const { declaration } of choices) if (declaration !== '') out.emit(declaration)
  out.emit(`switch (31 - Math.clz32(${set} & -${set})) {`)
  for (const [bit, { lines, values }] of cases.entries()) {
    out.emit(`case ${bit}: {`)
    out.append(lines)
    for (const [k, choice] of choices.entries()) {
      const assignment = choice.assign(values[k] ?? ABSENT)
      if (assignment !== '') out.emit(assignment)
    }
    out.emit('break; }')
  }
  out.emit(`} ${set} &= ${set} - 1;`)
  rows.storeRow(choices.map(({ chosen }) => chosen))
  out.emit('}')
}

const ABSENT: Fragment = { val: 'null', nul: 'true', err: 'false' }

/** One value of a row, which the items give in ways of their own. */
interface Choice {
  readonly declaration: string
  assign(value: Fragment): string
  readonly chosen: Fragment
}

/** Values that are the same wherever they are read in the loop. */
const SETTLED = /^(cv\d+|s0)$/

function choiceOf(values: readonly Fragment[], type: SqlType, out: SourceWriter): Choice {
  const [first = ABSENT] = values
  const same = values.every((v) => v.val === first.val && v.nul === first.nul && v.err === first.err)
  if (same && SETTLED.test(first.val)) return { declaration: '', assign: () => '', chosen: first }
  const value = out.fresh('v')
  if (physicalOf(type) === 'ref') {
    const assign = (f: Fragment) => `${value} = ${box({ ...f, nul: either(f.nul, f.err) }, type)};`
    return { declaration: `let ${value} = null;`, assign, chosen: { val: value, nul: 'false', err: 'false' } }
  }
  // whole numbers stay numbers until they are stored
  const whole = values.every(({ val, nul }) => nul === 'true' || numberInside(val) !== null)
  const absent = values.every(({ nul, err }) => either(nul, err) === 'false') ? null : out.fresh('q')
  return {
    declaration: `let ${value} = ${whole ? '0' : zeroOf(type)}${absent === null ? '' : `, ${absent} = false`};`,
    assign: ({ val, nul, err }) => {
      const none = either(nul, err)
      if (none === 'true') return `${absent} = true;`
      const assignment = `${value} = ${whole ? numberInside(val) : val};`
      return none === 'false' ? assignment : `${absent} = ${none}; ${onlyIf(`${absent}`, assignment)}`
    },
    chosen: { val: whole ? `BigInt(${value})` : value, nul: absent ?? 'false', err: 'false' },
  }
}

/** CASE WHEN condition THEN STRUCT(…) END */
function conditionalStruct(item: Typed): { when: Typed; then: TypedStruct } | null {
  if (item.op !== 'case' || item.otherwise !== null || item.branches.length !== 1) return null
  const [branch] = (item as TypedCase).branches
  return branch?.then.op === 'struct' ? { when: branch.when, then: branch.then } : null
}

/** The expression with the expanded struct put in, so that reading one of its fields builds no struct. */
function inline(e: Typed, struct: TypedStruct): Typed {
  if (e.op === 'synthetic') return struct
  if (e.op === 'field' && e.base.op === 'synthetic') return struct.fields[e.index] ?? e
  return operandsOf(e).length === 0 ? e : mapOperands(e, (x) => inline(x, struct))
}
