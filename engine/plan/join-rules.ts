import type { Source } from '../catalog/source.ts'
import { semanticError } from '../errors.ts'
import type { Join } from '../syntax/ast.ts'
import type { JoinCondition } from './join-condition.ts'
import type { RelationPlan } from './query.ts'
import type { ScopeSource } from './scope.ts'

const TYPE_WORDS = { INNER: 'inner', LEFT: 'left-outer', RIGHT: 'right-outer', OUTER: 'full-outer' }
const SQL_WORDS = {
  INNER: '[INNER] JOIN',
  LEFT: 'LEFT [OUTER] JOIN',
  RIGHT: 'RIGHT [OUTER] JOIN',
  OUTER: '[FULL] OUTER JOIN',
}
/** formats whose keys ksqlDB always writes anew before a join */
const REGISTRY_FORMATS: readonly string[] = ['AVRO', 'JSON_SR', 'PROTOBUF']
const REPARTITION =
  'Implicit repartitioning of windowed sources is not supported. See https://github.com/confluentinc/ksql/issues/4385.'

/** What ksqlDB refuses before it looks at the condition: sources joined with themselves, names given twice. */
export function checkSources(join: Join, before: readonly ScopeSource[], joined: ScopeSource): void {
  const { name } = joined.source
  if (before.some((s) => s.source.name === name)) {
    throw semanticError(
      before.length > 1
        ? `N-way joins do not support multiple occurrences of the same source. Source: '${name}'`
        : `Can not join '${name}' to '${name}': self joins are not yet supported.`,
      join.at,
      `Copy it first: CREATE ${joined.source.kind} … AS SELECT * FROM ${name}.`,
    )
  }
  if (before.some((s) => s.alias === joined.alias)) {
    throw semanticError(
      `Each side of the join must have a unique alias. Got '${joined.alias}' on both.`,
      join.at,
      'Give the sources aliases: FROM a l JOIN b r …',
    )
  }
  const kafka = [...before, joined].filter((s) => s.source.valueFormat.name === 'KAFKA').map((s) => s.source.name)
  if (kafka.length > 0) {
    throw semanticError(
      `Source(s) ${kafka.join(', ')} are using the 'KAFKA' value format. This format does not yet support JOIN.`,
      join.at,
      'Copy the source into one with another VALUE_FORMAT first.',
    )
  }
}

/** Which kinds can be joined how. */
export function checkKinds(join: Join, left: RelationPlan, joined: Source, condition: JoinCondition): void {
  const leftIsTable = left.node.kind === 'table'
  const rightIsTable = joined.kind === 'TABLE'
  const got = `Got ${condition.left.owner.source.name} ${SQL_WORDS[join.type]} ${joined.name}.`
  if (leftIsTable && !rightIsTable) {
    throw semanticError(
      `Invalid join order: table-stream joins are not supported; only stream-table joins. ${got}`,
      join.at,
      'Put the stream on the left.',
    )
  }
  if (!leftIsTable && rightIsTable && (join.type === 'OUTER' || join.type === 'RIGHT')) {
    throw semanticError(
      `Invalid join type: ${TYPE_WORDS[join.type]} join not supported for stream-table join. ${got}`,
      join.at,
      'Use INNER or LEFT.',
    )
  }
  if (!rightIsTable && join.within === null) {
    throw semanticError(
      'Stream-Stream joins must have a WITHIN clause specified. None was provided.',
      join.at,
      'Write WITHIN 1 MINUTE, for example, before ON.',
    )
  }
  if (rightIsTable && join.within !== null) {
    const kinds = leftIsTable ? 'Table-Table' : 'Stream-Table'
    throw semanticError(
      `A window definition was provided for a ${kinds} join. These joins are not windowed. Please drop the window definition (ie. the WITHIN clause) and try to execute your join again.`,
      join.within.at,
      'Drop WITHIN.',
    )
  }
}

/** Rows of windowed sources can only meet where both have the same kind of windows, and keys as they are. */
export function checkWindows(
  join: Join,
  left: RelationPlan,
  joined: Source,
  { left: l, right: r }: JoinCondition,
): void {
  const { window } = left.node
  const leftSource = l.owner.source
  if (window === null && joined.window === null) return
  if (window === null || joined.window === null) {
    const windowing = (name: string, w: Source['window']) => `\`${name}\` is ${w === null ? 'not' : w.type} windowed`
    throw semanticError(
      `Can not join windowed source to non-windowed source.\n${windowing(l.owner.alias, window)}\n${windowing(r.owner.alias, joined.window)}`,
      join.at,
      'Group without WINDOW, or with the window start as a column.',
    )
  }
  const bySession = (w: NonNullable<Source['window']>) => w.type === 'SESSION'
  if (bySession(window) !== bySession(joined.window)) {
    throw semanticError(
      `Incompatible windowed sources.\nLeft source: ${window.type}\nRight source: ${joined.window.type}\nSession windowed sources can only be joined to other session windowed sources, and may still not result in expected behaviour as session bounds must be an exact match for the join to work\nHopping and tumbling windowed sources can only be joined to other hopping and tumbling windowed sources`,
      join.at,
      'Use windows of the same kind.',
    )
  }
  const isKey =
    left.keys.length === 1 &&
    left.keys[0]?.canonical.includes(l.text) === true &&
    r.expression.kind === 'column' &&
    isOnlyKey(joined, r.expression.name)
  const sameBytes =
    leftSource.keyFormat.name === joined.keyFormat.name &&
    window.type === joined.window.type &&
    window.size === joined.window.size
  if (!isKey || !(sameBytes || REGISTRY_FORMATS.includes(leftSource.keyFormat.name))) {
    throw semanticError(REPARTITION, join.on.at, 'Join on the keys of sources with the same windows and KEY_FORMAT.')
  }
}

/** Is the column all there is of the source's key? */
export function isOnlyKey(source: Source, name: string): boolean {
  const keys = source.columns.filter((c) => c.role === 'key')
  return keys.length === 1 && keys[0]?.name === name
}

/** Rows of one key must be in partitions of one number. A foreign-key join sends them where they are needed. */
export function checkPartitions(
  join: Join,
  left: Source,
  joined: Source,
  partitions: (source: Source) => number,
): void {
  const [l, r] = [partitions(left), partitions(joined)]
  if (l === r) return
  throw semanticError(
    `Can't join \`${left.name}\` with \`${joined.name}\` since the number of partitions don't match. \`${left.name}\` partitions = ${l}; \`${joined.name}\` partitions = ${r}. Please repartition either one so that the number of partitions match.`,
    join.at,
    `CREATE … WITH (PARTITIONS=${l}) AS SELECT * FROM ${joined.name}, and join that.`,
  )
}
