import { semanticError } from '../errors.ts'
import type { Statement } from '../syntax/ast.ts'
import type { Session } from './session.ts'

/** DROP STREAM/TABLE; the query that writes it ends with it. */
export function dropSource(session: Session, statement: Extract<Statement, { kind: 'drop-source' }>): string {
  const source = session.catalog.find(statement.name)
  if (source === undefined) {
    if (statement.ifExists) return `Source \`${statement.name}\` does not exist.`
    throw semanticError(
      `${statement.source === 'STREAM' ? 'Stream' : 'Table'} ${statement.name} does not exist.`,
      statement.at,
      session.catalog.nearest(statement.name),
    )
  }
  if (source.kind !== statement.source) {
    throw semanticError(
      `Incompatible data source type is ${source.kind}, but statement was DROP ${statement.source}`,
      statement.at,
      `Write DROP ${source.kind}.`,
    )
  }
  if (statement.deleteTopic && source.readOnly) {
    throw semanticError(
      `Cannot delete topic for read-only source: ${source.name}`,
      statement.at,
      'Leave DELETE TOPIC out: sources made by CREATE SOURCE only read their topic.',
    )
  }
  const readers = [...session.dataflow.queries.values()].filter((q) => q.sources.some((s) => s.name === source.name))
  if (readers.length > 0) {
    throw semanticError(
      `Cannot drop ${source.name}.\nThe following streams and/or tables read from this source: [${readers
        .map((q) => q.sink.name)
        .sort()
        .join(', ')}].\nYou need to drop them before dropping ${source.name}.`,
      statement.at,
      `TERMINATE ${readers.map((q) => q.id).join(', ')} first.`,
    )
  }
  for (const query of [...session.dataflow.queries.values()]) {
    if (query.sink.name === source.name) session.dataflow.stop(query.id)
  }
  session.catalog.remove(source.name)
  if (statement.deleteTopic) session.dataflow.topics.delete(source.topic)
  return `Source \`${source.name}\` (topic: ${source.topic}) was dropped.`
}
