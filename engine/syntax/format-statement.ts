import type { CreateAsSelect, InsertSelect, Properties, Query, Relation, SelectItem, Window, Within } from './ast.ts'
import { formatExpression } from './format.ts'
import { formatIdentifier } from './keywords.ts'
import { durationText } from './time-unit.ts'

/**
 * A statement with a SELECT as ksqlDB prints it in SHOW QUERIES and in its errors: a clause a line, one column in the first line and more in
 * lines of their own, sources with their aliases, EMIT always. No semicolon. (shared/ksqldb/rest/transcripts.json)
 */
export function formatSelectStatement(statement: CreateAsSelect | InsertSelect): string {
  const properties = formatProperties(statement.properties)
  const query = formatQuery(statement.query)
  if (statement.kind === 'insert-select') {
    return `INSERT INTO ${formatIdentifier(statement.target)}${properties} ${query}`
  }
  const { source, name, orReplace, ifNotExists } = statement
  const create = `CREATE ${orReplace ? 'OR REPLACE ' : ''}${source} ${ifNotExists ? 'IF NOT EXISTS ' : ''}`
  return `${create}${formatIdentifier(name)}${properties} AS ${query}`
}

function formatProperties(properties: Properties): string {
  if (properties.size === 0) return ''
  const sorted = [...properties].sort(([a], [b]) => (a < b ? -1 : 1))
  return ` WITH (${sorted.map(([name, { value }]) => `${name}=${formatExpression(value)}`).join(', ')})`
}

function formatQuery(query: Query): string {
  const items = query.select.map(formatItem)
  const list = (expressions: Query['groupBy']) => expressions.map(formatExpression).join(', ')
  return [
    items.length === 1 ? `SELECT ${items.join()}` : `SELECT\n  ${items.join(',\n  ')}`,
    `FROM ${formatRelation(query.from)}`,
    query.window === null ? '' : `WINDOW ${formatWindow(query.window)} `,
    query.where === null ? '' : `WHERE ${formatExpression(query.where)}`,
    query.groupBy.length === 0 ? '' : `GROUP BY ${list(query.groupBy)}`,
    query.partitionBy.length === 0 ? '' : `PARTITION BY ${list(query.partitionBy)}`,
    query.having === null ? '' : `HAVING ${formatExpression(query.having)}`,
    `EMIT ${query.emit ?? 'CHANGES'}`,
    query.limit === null ? '' : `LIMIT ${query.limit}`,
  ]
    .filter((clause) => clause !== '')
    .join('\n')
}

function formatItem(item: SelectItem): string {
  switch (item.kind) {
    case 'all':
      return item.source === null ? '*' : `${formatIdentifier(item.source)}.*`
    case 'all-fields':
      return `${formatExpression(item.base)}->*`
    case 'expression':
      return formatExpression(item.expression) + (item.alias === null ? '' : ` ${formatIdentifier(item.alias)}`)
  }
}

const JOINS = { INNER: 'INNER JOIN', LEFT: 'LEFT OUTER JOIN', RIGHT: 'RIGHT OUTER JOIN', OUTER: 'FULL OUTER JOIN' }

function formatRelation(relation: Relation): string {
  if (relation.kind === 'source') {
    const { name, alias } = relation
    return `${formatIdentifier(name)} ${formatIdentifier(alias ?? name)}`
  }
  const { type, left, right, within, on } = relation
  const window = within === null ? '' : ` ${formatWithin(within)}`
  return `${formatRelation(left)}\n${JOINS[type]} ${formatRelation(right)}${window} ON (${formatExpression(on)})`
}

function formatWithin({ before, after, grace }: Within): string {
  const range = before === after ? durationText(before) : `(${durationText(before)}, ${durationText(after)})`
  return `WITHIN ${range}${grace === null ? '' : ` GRACE PERIOD ${durationText(grace)}`}`
}

function formatWindow({ kind, size, advance, retention, grace }: Window): string {
  const parts = [
    kind === 'SESSION' ? durationText(size) : `SIZE ${durationText(size)}`,
    ...(advance === null ? [] : [`ADVANCE BY ${durationText(advance)}`]),
    ...(retention === null ? [] : [`RETENTION ${durationText(retention)}`]),
    ...(grace === null ? [] : [`GRACE PERIOD ${durationText(grace)}`]),
  ]
  return `${kind} ( ${parts.join(' , ')} )`
}
