import { messageOf, postLog } from './ask.ts'
import type { Context } from './context.ts'
import { button, el } from './dom.ts'

function option(zone: string): HTMLOptionElement {
  return el('option', { value: zone }, zone)
}

/** Logs and zips of logs, dropped anywhere on the page or picked in a dialogue; what became of each is told. */
export class LogDrop {
  readonly opener = button('Open log…', {}, () => {
    this.#offerZones()
    this.#dialog.showModal()
  })
  readonly element: HTMLElement
  readonly #context: Context
  readonly #outcomes = el('ul', { class: 'plain', role: 'status' })
  readonly #notice: HTMLElement
  readonly #veil = el('div', { class: 'veil', hidden: true }, el('p', {}, 'Drop GPU-Z logs, or a zip of them'))
  readonly #zone: HTMLSelectElement
  readonly #dialog: HTMLDialogElement

  constructor(context: Context) {
    this.#context = context
    this.#zone = el('select', {}, option(context.state.zone.id))
    const files = el('input', {
      type: 'file',
      multiple: true,
      accept: '.txt,.csv,.log,.zip',
      'aria-label': 'Log files',
    })
    files.addEventListener('change', () => {
      this.#dialog.close()
      void this.#add([...(files.files ?? [])])
      files.value = ''
    })
    this.#dialog = el(
      'dialog',
      { 'aria-label': 'Open log' },
      el('h2', {}, 'Open a GPU-Z log'),
      el('p', {}, 'Text or zip; also by dropping it anywhere on this page. It stays on this machine.'),
      el('label', { class: 'field' }, el('span', {}, 'Zone of the log’s clock'), this.#zone),
      files,
      button('Cancel', {}, () => this.#dialog.close()),
    )
    this.#notice = el(
      'aside',
      { class: 'outcomes', hidden: true, 'aria-label': 'Logs handed in' },
      this.#outcomes,
      button('Close', {}, () => {
        this.#notice.hidden = true
        this.#outcomes.replaceChildren()
      }),
    )
    this.element = el('div', {}, this.#dialog, this.#notice, this.#veil)
    this.#listen()
  }

  /** All zones, once somebody looks: there are hundreds. */
  #offerZones(): void {
    if (this.#zone.length > 1) return
    const zones = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])
    zones.delete(this.#zone.value)
    this.#zone.append(...[...zones].map(option))
  }

  #listen(): void {
    // Entering a child of the page leaves its parent: only the balance tells whether the files are still over the page.
    let depth = 0
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true
    addEventListener('dragenter', (event) => {
      if (carriesFiles(event)) this.#veil.hidden = ++depth === 0
    })
    addEventListener('dragleave', (event) => {
      if (carriesFiles(event)) this.#veil.hidden = --depth === 0
    })
    addEventListener('dragover', (event) => {
      if (carriesFiles(event)) event.preventDefault()
    })
    addEventListener('drop', (event) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      depth = 0
      this.#veil.hidden = true
      void this.#add([...(event.dataTransfer?.files ?? [])])
    })
  }

  async #add(files: readonly File[]): Promise<void> {
    this.#notice.hidden = files.length === 0
    for (const file of files) {
      const outcome = el('li', {}, `${file.name}: reading…`)
      this.#outcomes.append(outcome)
      try {
        const { devices, notices } = await postLog(file, this.#zone.value)
        outcome.textContent = [`${file.name}: read as ${devices.join(', ')}`, ...notices].join('. ')
        const [device] = devices
        if (device !== undefined) this.#context.go({ device, range: null, last: Infinity })
      } catch (error) {
        outcome.textContent = `${file.name} was not read: ${messageOf(error)}`
        outcome.className = 'failure'
      }
    }
  }
}
