import { formatAddress, VIEWS, type ViewName } from '../address.ts'
import type { Context } from './context.ts'
import { el, keepFocus, select } from './dom.ts'
import { freshnessOf } from './freshness.ts'

const TITLES: Readonly<Record<ViewName, string>> = {
  now: 'Now',
  charts: 'Charts',
  alerts: 'Alerts',
  sessions: 'Sessions',
  patterns: 'Patterns',
  sql: 'SQL',
  pipeline: 'Pipeline',
}
/** Views that show one device at a time. */
const OF_DEVICE: ReadonlySet<ViewName> = new Set(['charts', 'patterns'])

/** The frame around all views: where one is, which device, how fresh, which alerts go on. */
export class Shell {
  readonly main = el('main', { id: 'view', tabindex: -1 })
  readonly #context: Context
  readonly #links: readonly [ViewName, HTMLAnchorElement][]
  readonly #device = el('span', {})
  #devicesShown = ''
  readonly #freshness = el('span', { class: 'freshness' })
  readonly #simulated = el('strong', { class: 'simulated' }, 'Simulated data')
  readonly #alerts = el('span', { class: 'open-alerts' })
  readonly #progress = el('progress', { max: 1, 'aria-label': 'Share of the logs that is read' })
  readonly #news = el('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' })

  constructor(context: Context, opener: HTMLElement) {
    this.#context = context
    this.#links = VIEWS.map((view) => {
      const link = el('a', {}, TITLES[view])
      link.addEventListener('click', (event) => {
        // With these keys a person wants another tab.
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        context.go({ view })
      })
      return [view, link]
    })
    this.#links.find(([view]) => view === 'alerts')?.[1].append(this.#alerts)
    document.body.prepend(
      el('a', { class: 'skip', href: '#view' }, 'Skip to the view'),
      el(
        'header',
        { class: 'top' },
        el('span', { class: 'brand' }, 'gpumon'),
        el('nav', { 'aria-label': 'Views' }, ...this.#links.map(([, link]) => link)),
        el('div', { class: 'status' }, this.#simulated, this.#progress, this.#device, this.#freshness, opener),
      ),
      this.main,
      this.#news,
    )
  }

  update(): void {
    const { address } = this.#context
    for (const [view, link] of this.#links) {
      link.href = formatAddress({ ...address, view })
      if (view === address.view) link.setAttribute('aria-current', 'page')
      else link.removeAttribute('aria-current')
    }
    document.title = `${TITLES[address.view]} · gpumon`
    this.#showDevices()
    this.#showSimulated()
    this.showProgress()
    this.showAlerts()
    this.tick()
  }

  #showDevices(): void {
    const { address, state, device } = this.#context
    const names = device !== undefined && OF_DEVICE.has(address.view) ? state.devices.map((one) => one.device) : []
    // A list that is open closes when it is made anew.
    const key = JSON.stringify([names, device?.device])
    if (key === this.#devicesShown) return
    this.#devicesShown = key
    const options = names.map((name) => ({ value: name, text: name }))
    const pick = (name: string) => this.#context.go({ device: name, range: null, last: null })
    const choice = names.length === 0 ? [] : [select('Device', options, device?.device ?? '', pick)]
    keepFocus(this.#device, () => this.#device.replaceChildren(...choice))
  }

  /** Where one device is shown, whether it is simulated; else whether any is. */
  #showSimulated(): void {
    const { address, state, device } = this.#context
    const shown = OF_DEVICE.has(address.view) && device !== undefined ? [device] : state.devices
    this.#simulated.hidden = !shown.some(({ simulated }) => simulated)
  }

  tick(): void {
    const { address, state, lostAt } = this.#context
    const device = OF_DEVICE.has(address.view) ? this.#context.device : newest(this.#context)
    if (device === undefined) {
      this.#freshness.textContent = 'no readings yet'
      return
    }
    const { kind, text } = freshnessOf(device, state.zone, lostAt)
    this.#freshness.dataset['freshness'] = kind
    this.#freshness.textContent = text
    this.#freshness.title = device.device
  }

  showProgress(): void {
    const { progress } = this.#context.state.pipeline
    this.#progress.hidden = progress === null || progress >= 1
    if (progress !== null) this.#progress.value = progress
  }

  showAlerts(): void {
    const open = this.#context.openEpisodes.filter(({ severity }) => severity !== 'info')
    this.#alerts.textContent = open.length === 0 ? '' : ` ${open.length}`
    this.#alerts.dataset['severity'] = open.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning'
    this.#alerts.title = open.map(({ title, device }) => `${title}, ${device}`).join('\n')
  }

  /** Tells those who listen instead of look. */
  announce(text: string): void {
    this.#news.textContent = text
  }
}

/** The live device with the newest reading, else the log that ends last. */
function newest({ state: { devices } }: Context) {
  const rank = ({ live, last }: (typeof devices)[number]) => (live ? Number.MAX_SAFE_INTEGER / 2 : 0) + (last ?? 0)
  return devices.toSorted((a, b) => rank(b) - rank(a))[0]
}
