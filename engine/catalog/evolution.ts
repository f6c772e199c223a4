import { type Position, semanticError } from '../errors.ts'
import { formatType } from '../types/sql-type.ts'
import { keyColumns, type Source, valueColumns } from './source.ts'

/**
 * CREATE OR REPLACE: queries read the topic on as before, so columns can only be added, at the end. Throws KsqlError 'semantic' for any other
 * change. https://docs.ksqldb.io/en/latest/how-to-guides/update-a-running-persistent-query/#schema-evolution
 */
export function refuseIncompatible(known: Source, next: Source, at: Position): void {
  const refuse = (what: string) =>
    semanticError(
      `Cannot upgrade data source '${known.name}': ${what}`,
      at,
      `DROP ${known.kind} ${known.name} first, or keep what it has and add columns at the end.`,
    )
  const changed = [keyColumns, valueColumns].flatMap((columnsOf) => {
    const after = columnsOf(next)
    const before = columnsOf(known)
    // a key is what a row is found by: it does not grow
    if (columnsOf === keyColumns && after.length > before.length) return after.slice(before.length)
    return before.filter((column, i) => {
      const then = after[i]
      return then === undefined || describe(column) !== describe(then)
    })
  })
  if (changed.length > 0) {
    throw refuse(`The following columns are changed, missing or reordered: [${changed.map(describe).join(', ')}]`)
  }
  if (known.topic !== next.topic) throw refuse(`its topic is '${known.topic}', not '${next.topic}'`)
  for (const side of ['keyFormat', 'valueFormat'] as const) {
    if (known[side].name !== next[side].name) {
      throw refuse(
        `its ${side === 'keyFormat' ? 'key' : 'value'} format is ${known[side].name}, not ${next[side].name}`,
      )
    }
  }
  if (known.window?.type !== next.window?.type || known.window?.size !== next.window?.size) {
    throw refuse(`its window is ${windowText(known)}, not ${windowText(next)}`)
  }
}

function describe({ name, type, role }: Source['columns'][number]): string {
  return `\`${name}\` ${formatType(type)}${role === 'key' ? ' KEY' : ''}`
}

function windowText({ window }: Source): string {
  return window === null ? 'none' : window.size === null ? window.type : `${window.type} of ${window.size} ms`
}
