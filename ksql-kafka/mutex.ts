/** Runs one piece of work after the other, in the order of asking. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    // whoever asked hears of a failure; the next in line begins all the same
    this.#last = result.catch(() => {})
    return result
  }
}
