import type { Source } from '../catalog/source.ts'
import { type Position, semanticError } from '../errors.ts'
import type { Expression, Join } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { formatType, sameType } from '../types/sql-type.ts'
import type { StreamTableJoinNode } from './nodes.ts'
import { type PlanEnvironment, planRelation, type RelationPlan } from './query.ts'
import { columnRefs } from './rewrite.ts'
import { dataColumns, RelationScope } from './scope.ts'
import { coerce, TypeChecker } from './type-check.ts'
import type { Typed } from './typed.ts'

const TYPE_WORDS = { INNER: 'inner', LEFT: 'left-outer', RIGHT: 'right-outer', OUTER: 'full-outer' }
const SQL_WORDS = {
  INNER: '[INNER] JOIN',
  LEFT: 'LEFT [OUTER] JOIN',
  RIGHT: 'RIGHT [OUTER] JOIN',
  OUTER: '[FULL] OUTER JOIN',
}

/** A join of a stream with a table. The other joins of ksqlDB are refused by name. */
export function planJoin(join: Join, environment: PlanEnvironment): RelationPlan {
  if (join.left.kind === 'join') throw notSupported('Joins of more than two sources are', join.at)
  const left = planRelation(join.left, environment)
  const right = planRelation(join.right, environment)
  const [l] = left.scope.sources
  const [r] = right.scope.sources
  if (l === undefined || r === undefined) throw new Error('a relation without a source')
  if (l.alias === r.alias) {
    throw semanticError(
      `Each side of the join must have a unique alias. Got '${l.alias}' on both.`,
      join.at,
      'Give the sources aliases: FROM a l JOIN a r …',
    )
  }
  if (l.source.kind === 'STREAM' && r.source.kind === 'STREAM') throw notSupported('Stream-stream joins are', join.at)
  if (l.source.kind === 'TABLE' && r.source.kind === 'TABLE') throw notSupported('Table-table joins are', join.at)
  const got = `Got ${l.source.name} ${SQL_WORDS[join.type]} ${r.source.name}.`
  if (l.source.kind === 'TABLE') {
    throw semanticError(
      `Invalid join order: table-stream joins are not supported; only stream-table joins. ${got}`,
      join.at,
      'Put the stream on the left.',
    )
  }
  if (join.type === 'OUTER' || join.type === 'RIGHT') {
    throw semanticError(
      `Invalid join type: ${TYPE_WORDS[join.type]} join not supported for stream-table join. ${got}`,
      join.at,
      'Use INNER or LEFT.',
    )
  }
  if (join.within !== null) {
    throw semanticError(
      'A window definition was provided for a Stream-Table join. These joins are not windowed. Please drop the window definition (ie. the WITHIN clause) and try to execute your join again.',
      join.within.at,
      'Drop WITHIN.',
    )
  }
  if (l.source.window !== null || r.source.window !== null) throw windowedJoin(l.source, r.source, join.at)
  const offset = dataColumns(l.source).length
  const scope = new RelationScope([l, { ...r, offset }])
  const { leftKey, rightKey } = joinSides(join, scope, environment)
  const tableKeys = right.keys
  const rightColumn = rightKey.typed
  const primary = tableKeys[0]
  const isPrimary =
    tableKeys.length === 1 &&
    rightColumn.op === 'column' &&
    primary?.typed.op === 'column' &&
    rightColumn.index === primary.typed.index + offset
  if (!isPrimary) {
    throw semanticError(
      `Invalid join condition: stream-table joins require to join on the table's primary key. Got ${sideText(leftKey.expression, scope)} = ${sideText(rightKey.expression, scope)}.`,
      join.on.at,
      `Join on ${tableKeys.map((k) => `${r.alias}.${k.name}`).join(', ')}.`,
    )
  }
  const key = sameType(leftKey.typed.type, rightColumn.type) ? leftKey.typed : coerce(leftKey.typed, rightColumn.type)
  if (key === null) {
    throw semanticError(
      `Invalid join condition: types don't match. Got ${sideText(leftKey.expression, scope)}{${formatType(leftKey.typed.type)}} = ${sideText(rightKey.expression, scope)}{${formatType(rightColumn.type)}}.`,
      join.on.at,
      'CAST one side to the type of the other.',
    )
  }
  const node: StreamTableJoinNode = {
    op: 'stream-table-join',
    kind: 'stream',
    window: l.source.window,
    layout: [...left.node.layout, ...right.node.layout].map((c) => ({ ...c, role: 'value' as const })),
    left: left.node,
    right: right.node,
    leftKey: key,
    inner: join.type === 'INNER',
  }
  const spellings = [scope.canonical(leftKey.expression), scope.canonical(rightKey.expression)]
  const name = leftKey.expression.kind === 'column' ? leftKey.expression.name : 'ROWKEY'
  return { node, scope, keys: [{ canonical: spellings, name, typed: leftKey.typed }] }
}

interface JoinSide {
  readonly expression: Expression
  readonly typed: Typed
}

/** The two sides of ON a = b, the left source's first. */
function joinSides(
  join: Join,
  scope: RelationScope,
  environment: PlanEnvironment,
): { leftKey: JoinSide; rightKey: JoinSide } {
  const { on } = join
  if (on.kind !== 'comparison' || on.op !== '=') {
    throw semanticError(
      `Unsupported join expression: ${formatExpression(on)}. Only equality comparisons are supported.`,
      on.at,
      'Write ON left.column = right.column.',
    )
  }
  const checker = new TypeChecker(environment, { clause: 'JOIN ON', column: (ref) => scope.column('JOIN ON', ref) })
  const side = (expression: Expression): JoinSide & { owners: Set<string> } => ({
    expression,
    typed: checker.check(expression),
    owners: new Set(columnRefs(expression).flatMap((ref) => scope.find(ref)?.owner.alias ?? [])),
  })
  const a = side(on.left)
  const b = side(on.right)
  const [l, r] = scope.sources
  const of = (s: typeof a, alias: string | undefined) =>
    s.owners.size === 1 && alias !== undefined && s.owners.has(alias)
  if (of(a, l?.alias) && of(b, r?.alias)) return { leftKey: a, rightKey: b }
  if (of(b, l?.alias) && of(a, r?.alias)) return { leftKey: b, rightKey: a }
  throw semanticError(
    `Each side of the join must reference exactly one source and not the same source. Left side references ${[...a.owners].join(', ') || 'no source'}, right references ${[...b.owners].join(', ') || 'no source'}`,
    on.at,
    'Write ON left.column = right.column.',
  )
}

function sideText(e: Expression, scope: RelationScope): string {
  return formatExpression(scope.qualify(e))
}

function windowedJoin(left: Source, right: Source, at: Position) {
  if (left.window !== null && right.window !== null) return notSupported('Joins of windowed sources are', at)
  const windowing = ({ name, window }: Source) => `\`${name}\` is ${window === null ? 'not' : window.type} windowed`
  return semanticError(
    `Can not join windowed source to non-windowed source.\n${windowing(left)}\n${windowing(right)}`,
    at,
    'Group without WINDOW, or with the window start as a column.',
  )
}

function notSupported(what: string, at: Position) {
  return semanticError(`${what} not supported yet by the embedded engine.`, at, 'Run this statement on ksqlDB.')
}
