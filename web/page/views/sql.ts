import type { SqlLine } from '../../api.ts'
import { messageOf, runSql } from '../ask.ts'
import type { Context, View } from '../context.ts'
import { button, el, table } from '../dom.ts'
import { grouped } from '../format.ts'
import { asCsv, asJson, cellText } from '../rows-text.ts'
import { saveFile } from '../save.ts'
import { stamp } from '../zone-time.ts'

const EXAMPLE = `SELECT device, ts, gpu_temperature, board_power
FROM gpu_readings
WHERE gpu_temperature > 60
EMIT CHANGES;`
/** More rows are not read by anybody; all that are kept can be saved. */
const SHOWN_MAX = 500
const KEPT_MAX = 200_000
const PAINT_MS = 200

/** Statements against the running engine: rows as they come, and a file of them. */
export function sqlView(context: Context): View {
  const text = el('textarea', { rows: 8, spellcheck: 'false', 'aria-label': 'ksqlDB statement', autocomplete: 'off' })
  text.value = context.address.sql ?? EXAMPLE
  const status = el('p', { class: 'note', role: 'status' })
  const failure = el('p', { class: 'failure', role: 'alert' })
  const host = el('div', {})
  const { zone } = context.state
  let columns: { name: string; type: string }[] = []
  let rows: unknown[][] = []
  let count = 0
  let running: AbortController | null = null
  let painted = 0

  const paint = () => {
    painted = Date.now()
    const goes = running === null ? '' : ', goes on'
    const kept = count > rows.length ? `, the last ${grouped(rows.length)} are kept` : ''
    const shown = rows.length > SHOWN_MAX ? `, the last ${grouped(SHOWN_MAX)} are shown, newest first` : ''
    status.textContent = `${grouped(count)} rows${kept}${shown}${goes}`
    run.disabled = running !== null
    stop.disabled = running === null
    csv.disabled = json.disabled = rows.length === 0
    if (columns.length === 0) host.replaceChildren()
    else {
      const cells = columns.map(({ name, type }, i) => ({
        head: type === 'TIMESTAMP' ? `${name} ${type}, ${zone.id}` : `${name} ${type}`,
        numeric: /^(INT|BIGINT|DOUBLE|DECIMAL)/.test(type),
        cell: (row: unknown[]) => {
          const value = row[i]
          return type === 'TIMESTAMP' && typeof value === 'number' ? stamp(value, zone) : cellText(value)
        },
      }))
      host.replaceChildren(table('Rows', cells, rows.slice(-SHOWN_MAX).reverse()))
    }
  }

  const take = (line: SqlLine) => {
    if ('columns' in line) columns = [...line.columns]
    else if ('row' in line) {
      rows.push([...line.row])
      count++
      if (rows.length > KEPT_MAX) rows = rows.slice(KEPT_MAX / 10)
    } else {
      const { error, line: at, column, fix } = line
      failure.textContent = [
        at === undefined ? '' : `line ${at}, column ${column}: `,
        error,
        fix === undefined ? '' : `. ${fix}`,
      ].join('')
      if (at !== undefined) selectWord(text, at, column ?? 1)
    }
    if (Date.now() - painted > PAINT_MS) paint()
  }

  const start = async () => {
    context.go({ sql: text.value }, 'replace')
    const mine = new AbortController()
    running = mine
    columns = []
    rows = []
    count = 0
    failure.textContent = ''
    paint()
    try {
      for await (const line of runSql(text.value, mine.signal)) take(line)
    } catch (error) {
      if (!mine.signal.aborted) failure.textContent = messageOf(error)
    }
    if (running === mine) running = null
    paint()
  }

  const run = button('Run', { title: 'Ctrl+Enter' }, () => void start())
  const stop = button('Stop', { disabled: true }, () => running?.abort())
  const csv = button('Save CSV', { disabled: true }, () => saveFile('rows.csv', 'text/csv', asCsv({ columns, rows })))
  const json = button('Save JSON', { disabled: true }, () =>
    saveFile('rows.json', 'application/json', asJson({ columns, rows })),
  )
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && running === null) void start()
  })

  return {
    element: el(
      'div',
      { class: 'sql' },
      el(
        'p',
        { class: 'note' },
        'A push query (EMIT CHANGES) goes on until it is stopped; a pull query ends by itself. Ctrl+Enter runs.',
      ),
      text,
      el(
        'div',
        { class: 'toolbar' },
        el('span', { class: 'buttons' }, run, stop),
        el('span', { class: 'buttons' }, csv, json),
        status,
      ),
      failure,
      host,
    ),
    update: () => {},
    // The last rows of a burst wait for the next second.
    tick: () => {
      if (running !== null) paint()
    },
    close: () => running?.abort(),
  }
}

/** Marks the word an error is about. @param line from 1 @param column from 1 */
function selectWord(text: HTMLTextAreaElement, line: number, column: number): void {
  const lines = text.value.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1
  const length = /^\w+|^\S/.exec(text.value.slice(start))?.[0].length ?? 0
  text.focus()
  text.setSelectionRange(start, start + length)
}
