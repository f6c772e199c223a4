import 'uplot/dist/uPlot.min.css'
import './styles/base.css'
import './styles/tables.css'
import './styles/frame.css'
import './styles/now.css'
import './styles/charts.css'
import './styles/alerts.css'
import './styles/views.css'
import './styles/logs.css'
import type { State } from '../api.ts'
import { ask, messageOf } from './ask.ts'
import { el } from './dom.ts'
import { Page } from './page.ts'

try {
  new Page(await ask<State>('state')).start()
} catch (error) {
  document.body.replaceChildren(el('p', { class: 'failure', role: 'alert' }, messageOf(error)))
}
