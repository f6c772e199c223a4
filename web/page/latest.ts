import { messageOf } from './ask.ts'

/**
 * Asks again and again, and only the newest question counts: an older one is given up when a newer is put. A failure is handed on in words.
 */
export class Latest<Answer> {
  readonly #onAnswer: (answer: Answer) => void
  readonly #onFailure: (message: string) => void
  #current: AbortController | null = null

  constructor(onAnswer: (answer: Answer) => void, onFailure: (message: string) => void) {
    this.#onAnswer = onAnswer
    this.#onFailure = onFailure
  }

  get pending(): boolean {
    return this.#current !== null
  }

  async put(question: (signal: AbortSignal) => Promise<Answer>): Promise<void> {
    this.cancel()
    const mine = new AbortController()
    this.#current = mine
    try {
      const answer = await question(mine.signal)
      if (this.#current !== mine) return
      this.#current = null
      this.#onAnswer(answer)
    } catch (error) {
      if (this.#current !== mine) return
      this.#current = null
      this.#onFailure(messageOf(error))
    }
  }

  cancel(): void {
    this.#current?.abort()
    this.#current = null
  }
}
