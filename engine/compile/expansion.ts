import type { MapNode } from '../plan/nodes.ts'
import type { Typed, TypedCase, TypedStruct } from '../plan/typed.ts'
import { mapOperands, operandsOf } from '../plan/typed.ts'
import type { SqlValue } from '../types/values.ts'
import { type ExpressionCompiler, type ExpressionEnvironment, either } from './expression.ts'
import { compileGuarded, countNullOperand } from './output.ts'
import type { SourceWriter } from './source.ts'

/**
 * Writes the inner loop of table functions: `storeRow` for every row they give. Several calls advance side by side, the shorter ones
 * padded with NULL, as in ksqlDB.
 */
export function expansionOf(
  node: MapNode,
  compiler: ExpressionCompiler,
  out: SourceWriter,
  environment: ExpressionEnvironment,
  storeRow: (target: SourceWriter, outputs: readonly Typed[]) => void,
): void {
  const items = literalItems(node)
  if (items !== null) {
    expandLiterals(items, node, compiler, out, storeRow)
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
  storeRow(out, node.outputs)
  out.emit('}')
}

/**
 * EXPLODE(ARRAY[a, b, …]) and EXPLODE(FILTER(ARRAY[a, b, …], x => x IS NOT NULL)) need no array: each item is a branch of straight code.
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

function expandLiterals(
  { items, skipNulls }: { items: readonly Typed[]; skipNulls: boolean },
  node: MapNode,
  compiler: ExpressionCompiler,
  out: SourceWriter,
  storeRow: (target: SourceWriter, outputs: readonly Typed[]) => void,
): void {
  const planned = items.map((item) => ({
    item,
    struct: skipNulls ? conditionalStruct(item) : null,
    chosen: out.fresh('w'),
  }))
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
  for (const { struct, chosen } of planned) {
    if (struct !== null) {
      out.emit(`if (${chosen}) {`)
      storeRow(
        out,
        node.outputs.map((e) => inline(e, struct.then)),
      )
      out.emit('}')
      continue
    }
    out.emit(skipNulls ? `if (${chosen} !== null) {` : '{')
    out.emit(`const s0 = ${chosen};`)
    storeRow(out, node.outputs)
    out.emit('}')
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
