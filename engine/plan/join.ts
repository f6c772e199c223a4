import { semanticError } from '../errors.ts'
import type { Join, SourceRelation } from '../syntax/ast.ts'
import { type JoinCondition, type JoinKey, readCondition } from './join-condition.ts'
import { checkKinds, checkPartitions, checkSources, checkWindows, isOnlyKey } from './join-rules.ts'
import { allColumns, type JoinNode, type LayoutColumn, type PlanNode, projection } from './nodes.ts'
import type { PlanEnvironment, RelationPlan } from './query.ts'
import { dataColumns, outsideColumn, RelationScope, type ScopeSource, WINDOW_BOUNDS } from './scope.ts'
import { planSource } from './source-relation.ts'
import type { Typed } from './typed.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Plans joins from the left: of the first two sources, then of their result with the third, and so on. `system` names the system columns
 * (ROWTIME …) that the query uses.
 */
export function planJoin(join: Join, system: ReadonlySet<string>, environment: PlanEnvironment): RelationPlan {
  const left =
    join.left.kind === 'join' ? planJoin(join.left, system, environment) : planSide(join.left, system, environment)
  const right = planSide(join.right, system, environment)
  const [joined] = right.scope.sources
  const [first] = left.scope.sources
  if (joined === undefined || first === undefined) throw new Error('a relation without a source')
  checkSources(join, left.scope.sources, joined)
  const sources = [...left.scope.sources, { ...joined, offset: left.node.layout.length }]
  const both = new RelationScope(sources, left.scope.synthetic)
  const condition = readCondition(join, { left: left.scope, right: right.scope, both }, environment)
  checkKinds(join, left, joined.source, condition)
  checkWindows(join, left, joined.source, condition)
  if (joined.source.kind === 'TABLE') checkTableKey(join, left, joined, condition)
  const isForeign = left.node.kind === 'table' && !isKeyOf(left, condition.left)
  if (isForeign) return foreignKeyJoin(join, left, right, condition, both)
  checkPartitions(join, first.source, joined.source, (source) => environment.partitions(source))

  const spellings = keySpellings(join, left, condition)
  const key = joinedKey(left, right, condition)
  const synthetic = spellings.length === 0 ? { name: syntheticName(both), typed: key } : null
  const node = joinNode(join, left.node, right.node, condition)
  return {
    node,
    scope: synthetic === null ? both : new RelationScope(sources, synthetic),
    keys: [{ canonical: synthetic === null ? spellings : [synthetic.name], name: keyName(condition), typed: key }],
    foreignKeyOf: null,
  }
}

/** One source of a join. Its system columns and headers become columns, since a joined row has only one of each. */
function planSide(from: SourceRelation, system: ReadonlySet<string>, environment: PlanEnvironment): RelationPlan {
  const plain = planSource(from, environment)
  const { node } = plain
  const { source } = node
  const headers = source.columns.filter((c) => c.role === 'headers').map((c) => c.name)
  const bounds = source.window === null ? [] : WINDOW_BOUNDS
  const outside = [...system, ...bounds, ...headers].flatMap((name) => {
    const typed = outsideColumn(source, name)
    return typed === null ? [] : [{ name, typed }]
  })
  if (outside.length === 0) return plain
  const { layout } = node
  const extras = new Map(outside.map(({ name }, i) => [name, layout.length + i]))
  const added = outside.map(({ name, typed }): LayoutColumn => ({ name, type: typed.type, role: 'value' }))
  return {
    ...plain,
    node: projection(node, [...layout, ...added], [...allColumns(layout), ...outside.map((x) => x.typed)]),
    scope: new RelationScope(plain.scope.sources.map((s) => ({ ...s, extras }))),
  }
}

function isKeyOf({ keys }: RelationPlan, key: JoinKey): boolean {
  return keys.length === 1 && keys[0]?.canonical.includes(key.text) === true
}

function checkTableKey(join: Join, left: RelationPlan, joined: ScopeSource, condition: JoinCondition): void {
  const { expression } = condition.right
  if (expression.kind === 'column' && isOnlyKey(joined.source, expression.name)) return
  const what =
    left.node.kind === 'table'
      ? 'table-table joins require to join on the primary key of the right input table'
      : "stream-table joins require to join on the table's primary key"
  const keys = dataColumns(joined.source).filter((c) => c.role === 'key')
  throw semanticError(
    `Invalid join condition: ${what}. Got ${condition.text}.`,
    join.on.at,
    keys.length === 1
      ? `Join on ${joined.alias}.${keys[0]?.name}.`
      : `${joined.alias} has a key of ${keys.length} columns: it cannot be joined this way.`,
  )
}

/** The columns that stand for the key of the result; none where it is a column of neither side for sure. */
function keySpellings(join: Join, left: RelationPlan, { left: l, right: r }: JoinCondition): string[] {
  if (join.type === 'OUTER') return []
  const column = (key: JoinKey) => (key.expression.kind === 'column' ? [key.text] : [])
  const inherited = isKeyOf(left, l) ? (left.keys[0]?.canonical ?? []) : column(l)
  return [...inherited, ...column(r)]
}

function keyName({ left, right }: JoinCondition): string {
  const column = [left, right].find((key) => key.expression.kind === 'column')?.expression
  return column?.kind === 'column' ? column.name : 'ROWKEY'
}

/** ROWKEY, or ROWKEY_n where that is taken. */
function syntheticName(scope: RelationScope): string {
  const taken = new Set(scope.sources.flatMap((s) => s.source.columns.map((c) => c.name)))
  let name = 'ROWKEY'
  for (let n = 1; taken.has(name); n++) name = `ROWKEY_${n}`
  return name
}

/** Where the key of the result lies: behind both rows, or, with a table on the right, in the left row. */
function joinedKey(left: RelationPlan, right: RelationPlan, condition: JoinCondition): Typed {
  const { typed } = condition.left
  if (left.node.kind === 'stream' && right.node.kind === 'table') return typed
  return { op: 'column', index: left.node.layout.length + right.node.layout.length, type: typed.type }
}

function joinNode(join: Join, left: PlanNode, right: PlanNode, condition: JoinCondition): JoinNode {
  const { typed: leftKey } = condition.left
  const values = [...left.layout, ...right.layout].map((c): LayoutColumn => ({ ...c, role: 'value' }))
  const base = { left, right, window: left.window }
  if (left.kind === 'stream' && right.kind === 'table') {
    return { ...base, op: 'stream-table-join', kind: 'stream', layout: values, leftKey, inner: join.type === 'INNER' }
  }
  const layout = [...values, { name: keyName(condition), type: leftKey.type, role: 'key' } as const]
  const outer = {
    left: join.type === 'LEFT' || join.type === 'OUTER',
    right: join.type === 'RIGHT' || join.type === 'OUTER',
  }
  if (left.kind === 'table') return { ...base, op: 'table-table-join', kind: 'table', layout, outer }
  const { within } = join
  if (within === null) throw new Error('a join of streams without WITHIN')
  const { before, after, grace } = within
  return {
    ...base,
    op: 'stream-stream-join',
    kind: 'stream',
    layout,
    leftKey,
    rightKey: condition.right.typed,
    outer,
    before,
    after,
    grace: grace ?? Math.max(DAY_MS - before - after, 0),
    eager: grace === null,
  }
}

/** Tables joined by something of the left one that is not its key. The result has the left table's key. */
function foreignKeyJoin(
  join: Join,
  left: RelationPlan,
  right: RelationPlan,
  condition: JoinCondition,
  scope: RelationScope,
): RelationPlan {
  if (left.scope.isJoin) {
    throw semanticError(
      `Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. Got ${condition.text}.`,
      join.on.at,
      'Make a table of the first join, and join that.',
    )
  }
  if (join.type === 'RIGHT' || join.type === 'OUTER') {
    const words = join.type === 'RIGHT' ? 'RIGHT OUTER' : 'FULL OUTER'
    throw semanticError(`${words} JOIN on a foreign key is not supported`, join.at, 'Use INNER or LEFT.')
  }
  const values = right.node.layout.map((c): LayoutColumn => ({ ...c, role: 'value' }))
  return {
    node: {
      op: 'foreign-key-join',
      kind: 'table',
      window: left.node.window,
      layout: [...left.node.layout, ...values],
      left: left.node,
      right: right.node,
      foreignKey: condition.left.typed,
      inner: join.type === 'INNER',
    },
    scope,
    keys: left.keys,
    foreignKeyOf: condition.left.owner.source.name,
  }
}
