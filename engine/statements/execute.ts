import type { Source } from '../catalog/source.ts'
import { type Position, semanticError } from '../errors.ts'
import type { RawRecord } from '../runtime/codec.ts'
import type { InsertValues, Statement } from '../syntax/ast.ts'
import { hint } from '../syntax/index.ts'
import { alterSource } from './alter-source.ts'
import { createAsSelect } from './create-as-select.ts'
import { createSource } from './create-source.ts'
import { dropSource } from './drop-source.ts'
import { insertSelect } from './insert-select.ts'
import { insertValues } from './insert-values.ts'
import { constantChecker, type Outcome, type Session } from './session.ts'

/** Carries a statement out. Throws KsqlError 'semantic' for what cannot be, and for what ksqlDB has and this engine has not. */
export function executeStatement(session: Session, statement: Statement): Outcome {
  switch (statement.kind) {
    case 'create-source':
      return { message: createSource(session, statement) }
    case 'create-as-select':
      return createAsSelect(session, statement)
    case 'insert-select':
      return insertSelect(session, statement)
    case 'insert-values': {
      const { topic, record } = insertedRecord(session, statement)
      session.dataflow.append(session.dataflow.createTopic(topic), [record])
      return { message: 'Inserted' }
    }
    case 'create-type': {
      if (session.catalog.hasType(statement.name)) {
        if (statement.ifNotExists) return { message: `Type ${statement.name} already exists` }
        throw semanticError(
          `Cannot register custom type '${statement.name}' since it is already registered.`,
          statement.at,
          'DROP TYPE it first.',
        )
      }
      session.catalog.putType(statement.name, constantChecker(session, 'CREATE TYPE').resolveType(statement.type))
      return { message: `Registered custom type with name '${statement.name}'` }
    }
    case 'drop-type': {
      if (!session.catalog.removeType(statement.name) && !statement.ifExists) {
        const types = session.catalog.allTypes().keys()
        throw semanticError(
          `Type '${statement.name}' does not exist.`,
          statement.at,
          hint(statement.name, types, 'Known types'),
        )
      }
      return { message: `Dropped type '${statement.name}'` }
    }
    case 'alter-source':
      return { message: alterSource(session, statement) }
    case 'drop-source':
      return { message: dropSource(session, statement) }
    case 'set':
      session.properties.set(statement.name.toLowerCase(), statement.value)
      return { message: `Set ${statement.name}` }
    case 'unset':
      session.properties.delete(statement.name.toLowerCase())
      return { message: `Unset ${statement.name}` }
    case 'define':
      session.variables.set(statement.name.toUpperCase(), statement.value)
      return { message: `Defined ${statement.name}` }
    case 'undefine':
      session.variables.delete(statement.name.toUpperCase())
      return { message: `Undefined ${statement.name}` }
    case 'terminate': {
      for (const id of statement.query === null ? [...session.dataflow.queries.keys()] : [statement.query])
        terminateQuery(session, id, statement.at)
      return { message: 'Query terminated.' }
    }
    case 'assert':
      return { message: assertExists(session, statement) }
    case 'select':
      throw semanticError(
        'A SELECT defines nothing: it gives rows to whoever asks for them.',
        statement.at,
        'Ask with pull() for the rows there are, or subscribe with select() to SELECT … EMIT CHANGES.',
      )
    default:
      throw semanticError(
        `${statement.kind.toUpperCase()} is not supported yet by the embedded engine.`,
        statement.at,
        'Run this statement on ksqlDB.',
      )
  }
}

/** The record that an INSERT … VALUES makes, and its topic. */
export function insertedRecord(session: Session, statement: InsertValues): { topic: string; record: RawRecord } {
  const source = insertTarget(session, statement)
  const record = insertValues(statement, source, {
    checker: constantChecker(session, 'INSERT VALUES'),
    codec: session.dataflow.codec(source),
    environment: { label: 'insert', properties: session.properties, now: session.now },
  })
  return { topic: source.topic, record }
}

function insertTarget(session: Session, { target, at }: InsertValues): Source {
  const source = session.catalog.find(target)
  if (source !== undefined) return source
  throw semanticError(
    `Cannot insert values into an unknown stream/table: \`${target}\`${session.catalog.caseHint(target)}`,
    at,
    session.catalog.nearest(target),
  )
}

function terminateQuery(session: Session, id: string, at: Position): void {
  if (!session.dataflow.stop(id)) {
    throw semanticError(`Unknown queryId: ${id}`, at, hint(id, session.dataflow.queries.keys(), 'Queries'))
  }
}

function assertExists(session: Session, statement: Extract<Statement, { kind: 'assert' }>): string {
  const subject =
    statement.what === 'topic' ? `Topic ${statement.topic}` : `Schema ${statement.subject ?? statement.id}`
  const found =
    statement.what === 'topic'
      ? statement.topic !== null && session.dataflow.topics.has(statement.topic)
      : statement.id === null
        ? statement.subject !== null && session.registry.latest(statement.subject) !== null
        : session.registry.byId(statement.id) !== null
  if (found !== statement.exists) {
    const fix = `Write ASSERT ${found ? '' : 'NOT EXISTS '}${statement.what.toUpperCase()} if that is as it should be.`
    throw semanticError(`${subject} ${found ? 'exists' : 'does not exist'}.`, statement.at, fix)
  }
  return `${subject} ${found ? 'exists' : 'does not exist'}.`
}
