import { refuseMapKey } from '../catalog/map-key.ts'
import { semanticError } from '../errors.ts'
import type { Expression, Join } from '../syntax/ast.ts'
import { formatExpression, hint } from '../syntax/index.ts'
import { formatType, sameType } from '../types/sql-type.ts'
import { columnRefs } from './rewrite.ts'
import type { RelationScope, ScopeSource } from './scope.ts'
import { checkerIn, type TypeCheckEnvironment } from './type-check.ts'
import type { Typed } from './typed.ts'

/** One side of ON a = b. */
export interface JoinKey {
  readonly expression: Expression
  /** over the rows of the side it belongs to */
  readonly typed: Typed
  readonly owner: ScopeSource
  /** with its source's alias */
  readonly text: string
}

export interface JoinCondition {
  readonly left: JoinKey
  readonly right: JoinKey
  /** as it was written, columns qualified */
  readonly text: string
}

/**
 * Reads ON a = b: each side must be about one source, one of them the source joined here. `left` is the scope of what stands left of it,
 * `right` of the source alone, `both` of the result.
 */
export function readCondition(
  join: Join,
  scopes: { readonly left: RelationScope; readonly right: RelationScope; readonly both: RelationScope },
  environment: TypeCheckEnvironment,
): JoinCondition {
  const { on } = join
  const { both } = scopes
  refuseUnknownNames(on, both)
  if (on.kind === 'logical' && on.op === 'AND') {
    throw semanticError(
      `Invalid join condition: joins on multiple conditions are not yet supported. Got ${both.canonical(on)}.`,
      on.at,
      'Join on one key, and put the other conditions into WHERE.',
    )
  }
  if (on.kind !== 'comparison' || on.op !== '=') {
    throw semanticError(
      `Unsupported join expression: ${formatExpression(on)}. Only equality comparisons are supported.`,
      on.at,
      'Write ON left.column = right.column.',
    )
  }
  const side = (expression: Expression) => ({ expression, owner: onlyOwner(expression, on, both) })
  const written = [side(on.left), side(on.right)] as const
  const joined = scopes.right.sources[0]
  const right = written.find((s) => s.owner.alias === joined?.alias)
  const left = written.find((s) => s.owner.alias !== joined?.alias)
  if (joined === undefined) throw new Error('a join without a source')
  if (right === undefined) {
    throw semanticError(
      `A join criteria is expected to reference the source (\`${joined.alias}\`) in the FROM clause, instead the right source references \`${written[1].owner.alias}\` and the left source references \`${written[0].owner.alias}\``,
      on.at,
      `Compare a column of ${joined.alias}.`,
    )
  }
  if (left === undefined) {
    throw semanticError(
      `Each side of the join must reference exactly one source and not the same source. Left side references ${joined.alias}, right references ${joined.alias}`,
      on.at,
      'Write ON left.column = right.column.',
    )
  }
  const key = ({ expression, owner }: typeof left, scope: RelationScope): JoinKey => {
    const checker = checkerIn(scope, environment)('JOIN ON')
    // qualified, since names that are unique in one scope may not be in the other
    return { expression, owner, typed: checker.check(both.qualify(expression)), text: both.canonical(expression) }
  }
  const condition = {
    left: key(left, scopes.left),
    right: key(right, scopes.right),
    text: `${both.canonical(on.left)} = ${both.canonical(on.right)}`,
  }
  checkTypes(condition, join)
  return condition
}

function refuseUnknownNames(on: Expression, scope: RelationScope): void {
  const refs = columnRefs(on)
  for (const { source, at } of refs) {
    if (source === null || scope.sources.some((s) => s.alias === source || s.source.name === source)) continue
    throw semanticError(
      `Failed to prepare statement: '${source}' is not a valid stream/table name or alias.`,
      at,
      hint(
        source,
        scope.sources.map((s) => s.alias),
        'Sources here',
      ),
    )
  }
  for (const ref of refs) {
    const { line, column } = ref.at
    if (scope.find(ref) === null) throw scope.unresolved(`Line: ${line}, Col: ${column}: JOIN ON`, ref)
  }
}

function onlyOwner(expression: Expression, on: Expression, scope: RelationScope): ScopeSource {
  const owners = new Set(columnRefs(expression).flatMap((ref) => scope.find(ref)?.owner ?? scope.sources[0] ?? []))
  const [owner] = owners
  if (owner === undefined || owners.size > 1) {
    throw semanticError(
      `Invalid comparison expression '${scope.canonical(expression)}' in join '${scope.canonical(on)}'. Each side of the join comparision must contain references from exactly one source.`,
      on.at,
      'Write ON left.column = right.column.',
    )
  }
  return owner
}

function checkTypes({ left, right }: JoinCondition, join: Join): void {
  const typeOf = (key: JoinKey) => key.typed.type
  if (!sameType(typeOf(left), typeOf(right))) {
    throw semanticError(
      `Invalid join condition: types don't match. Got ${left.text}{${formatType(typeOf(left))}} = ${right.text}{${formatType(typeOf(right))}}.`,
      join.on.at,
      'CAST one side to the type of the other.',
    )
  }
  const { expression, owner } = left
  refuseMapKey(expression.kind === 'column' ? `${owner.alias}_${expression.name}` : 'ROWKEY', typeOf(left), join.on.at)
}
