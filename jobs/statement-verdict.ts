import { type KsqlEngine, parseStatement } from '../engine/index.ts'
import { type Definitions, isInsertQuery, type ServerQuery } from '../ksql-rest/client/definitions.ts'
import { typeEntity } from '../ksql-rest/server/type-entity.ts'
import type { Declaration } from './declared-statements.ts'
import { dropsOf, replacement, whatItTakes } from './statement-change.ts'
import { differences, queryText } from './statement-difference.ts'
import type { PlanStep } from './submit-plan.ts'

type Of<Kind extends Declaration['kind']> = Extract<Declaration, { kind: Kind }>

/** What is to be done about a statement, and why. */
export type Verdict = Pick<PlanStep, 'action' | 'details'>

/** What statements are compared with. */
export interface Comparison {
  /** in which all of them have been executed */
  readonly engine: KsqlEngine
  /** all of them */
  readonly declarations: readonly Declaration[]
  /** what the server has */
  readonly definitions: Definitions
  /** with what the server has */
  readonly live: KsqlEngine
}

const UNCHANGED: Verdict = { action: 'unchanged', details: [] }
const CREATE: Verdict = { action: 'create', details: [] }

export function verdictOn(statement: Declaration, comparison: Comparison): Verdict {
  switch (statement.kind) {
    case 'create-type':
      return verdictOnType(statement, comparison)
    case 'insert-select':
      return verdictOnInsert(statement, comparison)
    default:
      return verdictOnSource(statement, comparison)
  }
}

function verdictOnType({ name }: Of<'create-type'>, { engine, definitions }: Comparison): Verdict {
  const there = definitions.types.get(name)
  const here = engine.types().get(name)
  if (there === undefined || here === undefined) return CREATE
  if (JSON.stringify(there) === JSON.stringify(typeEntity(here))) return UNCHANGED
  return refused('it is another type there', `run DROP TYPE ${name}; then submit again`)
}

/** INSERT INTO has no name: it is known by what it says, so a query that no file has may be the one that was changed. */
function verdictOnInsert(statement: Of<'insert-select'>, comparison: Comparison): Verdict {
  const { engine, declarations, definitions } = comparison
  const ours = declarations.flatMap((one) => (one.kind === 'insert-select' ? [queryText(one, engine)] : []))
  const there = definitions.queries
    .filter(({ id, sinks }) => isInsertQuery(id) && sinks.includes(statement.target))
    .map((query) => ({ id: query.id, text: serverText(query, engine) }))
  if (there.some(({ text }) => text === queryText(statement, engine))) return UNCHANGED
  const unknown = there.filter(({ text }) => !ours.includes(text)).map(({ id }) => id)
  if (unknown.length === 0) return CREATE
  return refused(
    `${unknown.join(', ')} writes there, and no file has it: it may be this statement as it was`,
    `run ${unknown.map((id) => `TERMINATE ${id};`).join(' ')} then submit again, or submit the file that has it as well`,
  )
}

function serverText({ statement }: ServerQuery, engine: KsqlEngine): string {
  const parsed = parseStatement(statement)
  return parsed.kind === 'insert-select' ? queryText(parsed, engine) : statement
}

function verdictOnSource(statement: Of<'create-source' | 'create-as-select'>, comparison: Comparison): Verdict {
  const { engine, definitions, live } = comparison
  const source = definitions.sources.find(({ name }) => name === statement.name)
  if (source === undefined) return verdictOnNew(statement, comparison)
  const unlike = differences(statement, source, engine)
  if (unlike.length === 0) {
    if (statement.kind === 'create-source' || source.writers.some((id) => !isInsertQuery(id))) return UNCHANGED
    return refused(
      'its query was terminated: nothing writes it any more',
      `run ${dropsOf(source, definitions).join(' ')} then submit again: topic ${source.topic} keeps its records`,
    )
  }
  const change = replacement(statement, live)
  if (statement.orReplace && change.possible) return { action: 'replace', details: unlike }
  return refused(...unlike, ...whatItTakes(source, definitions, change))
}

/** A server takes a topic that is there, if it has as many partitions as are asked for. */
function verdictOnNew(
  { name, properties }: Of<'create-source' | 'create-as-select'>,
  { engine, definitions }: Comparison,
): Verdict {
  const { topic } = engine.source(name)
  const partitions = definitions.topics.get(topic)
  const wanted = properties.get('PARTITIONS')?.value
  if (partitions === undefined || wanted?.kind !== 'integer' || wanted.value === partitions) return CREATE
  return refused(
    `topic ${topic} is there with ${partitions} partitions, not ${wanted.value}`,
    `write PARTITIONS = ${partitions}, or delete the topic first, with its records`,
  )
}

function refused(...details: readonly string[]): Verdict {
  return { action: 'refused', details }
}
