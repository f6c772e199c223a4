import type { Source } from '../catalog/source.ts'
import { type Position, semanticError } from '../errors.ts'
import type { Query } from '../syntax/ast.ts'
import type { MapNode } from './nodes.ts'
import { type PlanEnvironment, planQuery } from './query.ts'
import { columnRefs } from './rewrite.ts'
import { calls } from './select-list.ts'

/** What a pull query reads, and what it makes of the rows. */
export interface PullPlan {
  readonly source: Source
  /** filter and projection over the source's columns */
  readonly map: MapNode
}

/** https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/select-pull-query/ */
const HELP = 'See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.'

/** Plans SELECT … FROM one source [WHERE …] [LIMIT n]. Throws KsqlError 'semantic' for clauses that pull queries do not have. */
export function planPull(query: Query, environment: PlanEnvironment): PullPlan {
  refuseClauses(query)
  refuseFunctions(query, environment)
  const { root } = planQuery(query, { name: null, statement: 'SELECT' }, environment)
  if (root.op !== 'map' || root.input.op !== 'source') throw new Error('a pull query is a projection of one source')
  const { source } = root.input
  if (source.kind === 'TABLE') refuseOffsets(query)
  return { source, map: root }
}

/** A table that no query keeps up to date. */
export function notQueryable({ name }: Source, at: Position) {
  const statement = `CREATE TABLE QUERYABLE_${name} AS SELECT * FROM ${name}`
  return semanticError(
    `The \`${name}\` table isn't queryable. To derive a queryable table, you can do '${statement}'. ${HELP}`,
    at,
    `Run ${statement}; and query that.`,
  )
}

function refuseClauses({ from, window, groupBy, partitionBy, having, at }: Query): void {
  const refused: readonly [clause: string, at: Position | undefined][] = [
    ['JOIN', from.kind === 'join' ? from.at : undefined],
    ['WINDOW', window?.at],
    ['GROUP BY', groupBy[0]?.at],
    ['PARTITION BY', partitionBy[0]?.at],
    ['HAVING', having?.at],
  ]
  for (const [clause, place] of refused) {
    if (place === undefined) continue
    throw semanticError(
      `Pull queries don't support ${clause} clauses. ${HELP}`,
      place ?? at,
      'Make a table of it (CREATE TABLE … AS SELECT), and query that.',
    )
  }
}

function refuseFunctions({ select, where }: Query, { functions }: PlanEnvironment): void {
  const expressions = select.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []))
  const manyRows = (name: string) => functions.aggregate(name) !== undefined || functions.table(name) !== undefined
  const [call] = [...expressions, ...(where === null ? [] : [where])].flatMap((e) => calls(e, manyRows))
  if (call === undefined) return
  const kind = functions.table(call.name) === undefined ? 'aggregate' : 'table'
  throw semanticError(
    `Pull queries don't support ${kind} functions: ${call.name}. ${HELP}`,
    call.at,
    `Make a ${kind === 'table' ? 'stream' : 'table'} of it (CREATE … AS SELECT), and query that.`,
  )
}

/** A row of a table comes of many records: it has no place in a topic. */
function refuseOffsets({ select, where }: Query): void {
  const expressions = select.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []))
  const ref = [...expressions, ...(where === null ? [] : [where])]
    .flatMap((e) => columnRefs(e))
    .find(({ name }) => name === 'ROWPARTITION' || name === 'ROWOFFSET')
  if (ref === undefined) return
  throw semanticError(`Pull queries on tables don't support the column ${ref.name}.`, ref.at, 'Leave it out.')
}
