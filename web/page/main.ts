import 'uplot/dist/uPlot.min.css'
import './styles/base.css'
import './styles/tables.css'
import './styles/frame.css'
import './styles/now.css'
import './styles/charts.css'
import './styles/alerts.css'
import './styles/views.css'
import './styles/logs.css'
import type { Range, State } from '../api.ts'
import { ask, messageOf } from './ask.ts'
import { el } from './dom.ts'
import { Page } from './page.ts'

/** What the server put into the document. */
function embedded<Part>(id: 'state' | 'range'): Part | null {
  const text = document.getElementById(id)?.textContent ?? ''
  return text === '' ? null : JSON.parse(text)
}

try {
  new Page(embedded<State>('state') ?? (await ask<State>('state')), embedded<Range>('range')).start()
} catch (error) {
  document.body.replaceChildren(el('p', { class: 'failure', role: 'alert' }, messageOf(error)))
}
