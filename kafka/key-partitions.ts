import { partitionOf } from './topic.ts'

/** The partitions of a topic by key, remembered: kafkajs's murmur2 counts in bigints, a tenth of the time that a record takes. */
export class KeyPartitions {
  /** Equal keys of a sender are one Buffer. */
  readonly #known = new WeakMap<Buffer, number>()
  readonly #topic: string
  readonly #partitions: readonly number[]

  /** @param partitions of the topic, which stay so here when it gets more */
  constructor(topic: string, partitions: readonly number[]) {
    this.#topic = topic
    this.#partitions = partitions
  }

  of(key: Buffer): number {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const partition = partitionOf(this.#topic, key, this.#partitions)
    this.#known.set(key, partition)
    return partition
  }
}
