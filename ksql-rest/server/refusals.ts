import { hint, KsqlError, type Statement } from '../../engine/index.ts'

/** The refusal of what ksqlDB has and this server has not. */
export function unsupported({ text, at }: Statement, what: string): KsqlError {
  return new KsqlError('semantic', `${what} is not supported by gpumon ksql-server.`, {
    position: at,
    statement: text,
    fix: 'Run this statement on ksqlDB.',
  })
}

/** The refusal of a name that nothing has; its fix is the nearest of those that there are. */
export function unknownName(
  { text, at }: Statement,
  message: string,
  name: string,
  known: Iterable<string>,
  title: string,
): KsqlError {
  return new KsqlError('semantic', message, { position: at, statement: text, fix: hint(name, known, title) })
}
