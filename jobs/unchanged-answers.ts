/** Answers that hold until something changes: what is asked again meanwhile has them at once. A question that failed is asked anew. */
export class UnchangedAnswers<Answer> {
  readonly #most: number
  readonly #answers = new Map<string, Promise<Answer>>()

  /** @param most answers that are kept; one more, and all are forgotten */
  constructor(most: number) {
    this.#most = most
  }

  ask(key: string, question: () => Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const answer = question()
    if (this.#answers.size >= this.#most) this.changed()
    this.#answers.set(key, answer)
    answer.catch(() => {
      if (this.#answers.get(key) === answer) this.#answers.delete(key)
    })
    return answer
  }

  changed(): void {
    this.#answers.clear()
  }
}
