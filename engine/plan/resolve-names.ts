import { KsqlError } from '../errors.ts'
import type { Expression, Query, Relation, SelectItem } from '../syntax/ast.ts'
import type { PlanEnvironment } from './query.ts'
import { RelationScope, type ScopeSource } from './scope.ts'
import { GeneratedNames, implicitName } from './select-list.ts'

/** The query with every column under its source and every result under its name, as ksqlDB prints it. What has no meaning stays as it is. */
export function resolveNames(query: Query, environment: PlanEnvironment): Query {
  const scope = new RelationScope(sourcesOf(query.from, environment))
  const names = new GeneratedNames(scope)
  const one = (e: Expression): Expression => {
    try {
      return scope.qualify(e)
    } catch (error) {
      // an ambiguous column: the refusal that is being told says so
      if (error instanceof KsqlError) return e
      throw error
    }
  }
  const select = query.select.map((item): SelectItem => {
    if (item.kind === 'all') return item
    if (item.kind === 'all-fields') return { ...item, base: one(item.base) }
    const alias = item.alias ?? implicitName(item.expression, scope, names) ?? names.next()
    return { ...item, alias, expression: one(item.expression) }
  })
  const from = (relation: Relation): Relation =>
    relation.kind === 'source' ? relation : { ...relation, left: from(relation.left), on: one(relation.on) }
  return {
    ...query,
    select,
    from: from(query.from),
    where: query.where && one(query.where),
    groupBy: query.groupBy.map(one),
    partitionBy: query.partitionBy.map(one),
    having: query.having && one(query.having),
  }
}

function sourcesOf(relation: Relation, environment: PlanEnvironment): ScopeSource[] {
  if (relation.kind === 'join') {
    return [...sourcesOf(relation.left, environment), ...sourcesOf(relation.right, environment)]
  }
  const source = environment.source(relation.name, relation.at)
  return [{ alias: relation.alias ?? relation.name, source, offset: 0 }]
}
