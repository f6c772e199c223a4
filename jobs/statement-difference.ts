import {
  type Expression,
  formatExpression,
  formatType,
  formatTypeName,
  type KsqlEngine,
  KsqlError,
  parseStatement,
  type Statement,
} from '../engine/index.ts'
import type { ServerSource } from '../ksql-rest/client/definitions.ts'

type Creation = Extract<Statement, { kind: 'create-source' | 'create-as-select' }>
type CreateSource = Extract<Creation, { kind: 'create-source' }>
type WithSelect = Extract<Statement, { kind: 'create-as-select' | 'insert-select' }>

/** Compared as they work out, since a server writes them down where a statement leaves them to defaults. */
const RESOLVED = ['KAFKA_TOPIC', 'FORMAT', 'KEY_FORMAT', 'VALUE_FORMAT']
/** A server adds its own defaults for these; that a file does not name them any more cannot be told from that. */
const DEFAULTED = ['CLEANUP_POLICY', 'PARTITIONS', 'REPLICAS', 'RETENTION_MS']
/** characters */
const SHOWN = 88

/**
 * How a stream or table that a server has differs from what a statement says, a line each; none: it is the same. A server prints statements anew (names
 * resolved, numbers and blanks in its own way, defaults written down), so both are read and compared as trees.
 * @param engine in which the statement has been executed
 */
export function differences(ours: Creation, source: ServerSource, engine: KsqlEngine): string[] {
  const theirs = read(source.statement)
  if (theirs === null) return [`the server's statement cannot be read here: ${shown(source.statement)}`]
  if (source.type !== ours.source) return [`it is a ${source.type} there`]
  const made = engine.source(ours.name)
  const resolved = [
    ['topic', source.topic, made.topic],
    ['key format', source.keyFormat, made.keyFormat.name],
    ['value format', source.valueFormat, made.valueFormat.name],
  ].flatMap(([what, there, here]) => (there === here ? [] : [`${what}: ${there} there, ${here} here`]))
  const others = [...resolved, ...propertyDifferences(ours, theirs)]
  if (ours.kind === 'create-source') {
    if (theirs.kind !== 'create-source') return ['it is made by a SELECT there']
    const readOnly = ours.readOnly === theirs.readOnly ? [] : [`it is ${theirs.readOnly ? '' : 'no '}SOURCE there`]
    return [...readOnly, ...columnDifferences(ours, theirs, engine), ...others]
  }
  if (theirs.kind !== 'create-as-select') return ['it is declared without a SELECT there']
  return [...selectDifference(queryText(ours, engine), queryText(theirs, engine)), ...others]
}

/** The SELECT of a statement in one form, whoever printed it: every name resolved, as far as the engine knows the sources. */
export function queryText(statement: WithSelect, engine: KsqlEngine): string {
  const bare = { ...statement, properties: new Map(), orReplace: false, ifNotExists: false }
  return engine.printed(bare) ?? statement.text
}

function read(text: string): Creation | null {
  try {
    const statement = parseStatement(text)
    return statement.kind === 'create-source' || statement.kind === 'create-as-select' ? statement : null
  } catch (error) {
    if (error instanceof KsqlError) return null
    throw error
  }
}

function selectDifference(here: string, there: string): string[] {
  if (here === there) return []
  const [ours, theirs] = [here.split('\n'), there.split('\n')]
  const at = [...ours, ...theirs].findIndex((_, line) => ours[line] !== theirs[line])
  const [mine, other] = [ours[at] ?? 'nothing', theirs[at] ?? 'nothing']
  // A list of rules is one line: only where it differs tells something.
  const column = [...mine].findIndex((character, i) => character !== other[i])
  return [`the SELECT: ${shown(other, column)} there, ${shown(mine, column)} here`]
}

function propertyDifferences({ properties: ours }: Creation, { properties: theirs }: Creation): string[] {
  const names = [...new Set([...ours.keys(), ...theirs.keys()])].filter((name) => !RESOLVED.includes(name))
  return names.flatMap((name) => {
    const [here, there] = [textOf(ours.get(name)?.value), textOf(theirs.get(name)?.value)]
    if (here === there || (here === null && DEFAULTED.includes(name))) return []
    return [`${name}: ${there ?? 'nothing'} there, ${here ?? 'nothing'} here`]
  })
}

function textOf(value: Expression | undefined): string | null {
  if (value === undefined) return null
  return value.kind === 'string' ? value.value : formatExpression(value)
}

/** Columns that the registry tells are written down by a server: there is nothing here to compare them with. */
function columnDifferences(ours: CreateSource, theirs: CreateSource, engine: KsqlEngine): string[] {
  if (ours.columns.length === 0) return []
  const types = new Map(engine.source(ours.name).columns.map(({ name, type }) => [name, formatType(type)]))
  const here = ours.columns.map((column) => columnText(column, types.get(column.name) ?? ''))
  const there = theirs.columns.map((column) => columnText(column, formatTypeName(column.type)))
  const added = here.filter((column) => !there.includes(column)).map((column) => `column ${column} is not there`)
  const gone = there.filter((column) => !here.includes(column)).map((column) => `column ${column} is only there`)
  if (added.length + gone.length > 0) return [...added, ...gone]
  return here.join() === there.join() ? [] : ['the columns are in another order there']
}

function columnText({ name, role, headerKey }: CreateSource['columns'][number], type: string): string {
  return `${name} ${type}${role === 'value' ? '' : ` ${role.toUpperCase().replace('-', ' ')}`}${headerKey === null ? '' : ` ${headerKey}`}`
}

/** As much of a text as fits into a message. @param column which must be seen */
function shown(text: string, column = 0): string {
  const from = column > SHOWN / 2 ? column - SHOWN / 4 : 0
  const cut = text
    .slice(from, from + SHOWN)
    .trim()
    .replaceAll(/\s+/g, ' ')
  return `${from > 0 ? '…' : ''}${cut}${from + SHOWN < text.length ? '…' : ''}`
}
