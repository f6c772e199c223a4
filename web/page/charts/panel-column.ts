import type { Panel } from './panel.ts'
import type { Trace } from './trace.ts'

/** Time for drawing in a frame of 60 a second. */
const FRAME_MS = 8

/** Charts below one another, of which only those in sight are drawn, as many a frame as fit into it: the first is not kept waiting by the last. */
export class PanelColumn {
  readonly #host: HTMLElement
  /** Somewhat above and below the screen, so that scrolling finds charts that are drawn. */
  readonly #sight = new IntersectionObserver((seen) => this.#see(seen), { rootMargin: '25% 0%' })
  #panels: readonly Panel[] = []
  #frame = 0

  /** @param host where panels are appended */
  constructor(host: HTMLElement) {
    this.#host = host
  }

  add(panels: readonly Panel[]): void {
    // whether others are in sight is told after the next frame
    const [first] = panels
    if (this.#panels.length === 0 && first !== undefined) first.inSight = true
    this.#panels = [...this.#panels, ...panels]
    this.#host.append(...panels.map(({ element }) => element))
    for (const { element } of panels) this.#sight.observe(element)
  }

  /** Takes away what was added. */
  clear(): void {
    this.#sight.disconnect()
    cancelAnimationFrame(this.#frame)
    for (const panel of this.#panels) {
      panel.destroy()
      panel.element.remove()
    }
    this.#panels = []
  }

  /** Draws a trace in a range of time, ms, beginning at once. */
  show(trace: Trace, from: number, to: number): void {
    for (const panel of this.#panels) panel.take(trace, from, to)
    this.#draw()
  }

  setRange(from: number, to: number): void {
    for (const panel of this.#panels) panel.setRange(from, to)
  }

  /** Draws limits and episodes anew. */
  redraw(): void {
    for (const panel of this.#panels) panel.redraw()
  }

  /** Fits the charts to the page. @returns px of the widest plot host */
  fit(): number {
    return Math.max(0, ...this.#panels.map((panel) => panel.fit()))
  }

  #see(seen: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of seen) {
      const panel = this.#panels.find(({ element }) => element === target)
      if (panel !== undefined) panel.inSight = isIntersecting
    }
    this.#draw()
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame)
    const begun = performance.now()
    for (const panel of this.#panels) {
      if (!panel.isStale) continue
      if (performance.now() - begun > FRAME_MS) {
        this.#frame = requestAnimationFrame(() => this.#draw())
        return
      }
      panel.draw()
    }
  }
}
