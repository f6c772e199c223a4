type Child = Node | string | null | undefined
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>

/**
 * A new element. Attributes that are false, null or undefined are left out, true ones are empty.
 * Texts become text nodes: nothing that comes from a log is ever read as HTML.
 */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue
    element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) if (child !== null && child !== undefined) element.append(child)
  return element
}

export function button(text: string, attributes: Attributes, onClick: () => void): HTMLButtonElement {
  const element = el('button', { type: 'button', ...attributes }, text)
  element.addEventListener('click', onClick)
  return element
}

/** A choice among texts; `onPick` gets the value. */
export function select(
  label: string,
  options: readonly { readonly value: string; readonly text: string }[],
  value: string,
  onPick: (value: string) => void,
): HTMLLabelElement {
  const element = el(
    'select',
    { 'data-key': label },
    ...options.map((option) => el('option', { value: option.value, selected: option.value === value }, option.text)),
  )
  element.addEventListener('change', () => onPick(element.value))
  return el('label', { class: 'field' }, el('span', {}, label), element)
}

/** Makes parts of `host` anew; what had the focus gets it back if there is again a part with its `data-key`. */
export function keepFocus(host: HTMLElement, make: () => void): void {
  const focused = document.activeElement
  const key = focused instanceof HTMLElement && host.contains(focused) ? focused.dataset['key'] : undefined
  make()
  if (key !== undefined) host.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus()
}

export interface Column<Row> {
  readonly head: string
  /** numbers stand right */
  readonly numeric?: boolean
  readonly cell: (row: Row) => Child
}

/** A table with a caption for those who do not see it; it scrolls by itself where it is wider than the page. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): HTMLElement {
  const side = (column: Column<Row>) => (column.numeric ? 'numeric' : null)
  const head = el('tr', {}, ...columns.map((column) => el('th', { scope: 'col', class: side(column) }, column.head)))
  const body = rows.map((row) =>
    el(
      'tr',
      {},
      ...columns.map((column, i) =>
        i === 0
          ? el('th', { scope: 'row', class: side(column) }, column.cell(row))
          : el('td', { class: side(column) }, column.cell(row)),
      ),
    ),
  )
  return el(
    'div',
    // A region that scrolls has to be reachable by the keyboard.
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    el('table', {}, el('caption', { class: 'unseen' }, caption), el('thead', {}, head), el('tbody', {}, ...body)),
  )
}
