import type { IHeaders } from 'kafkajs'

/** A record as it was fetched. */
export interface QueuedRecord {
  readonly offset: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** ms since 1970-01-01 UTC */
  readonly timestamp: number
  readonly headers?: IHeaders
}

/** Offsets [from, until) that a partition no longer has, and nobody had taken. */
export interface LostOffsets {
  readonly from: number
  readonly until: number
}

/** Records of one partition that were fetched and not taken yet, in their order. */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** offset of the next record to be taken, whether or not it has been fetched */
  from: number
  /** offset that fetching has come to */
  position: number
  /** offset behind the last record that the partition is known to have */
  end: number
  /** what fetching has gone over since it was gone, until taking has come behind it */
  lost: LostOffsets | null = null
  #records: QueuedRecord[] = []
  #head = 0

  constructor(topic: string, partition: number, from: number, end: number) {
    this.topic = topic
    this.partition = partition
    this.from = from
    this.position = from
    this.end = end
  }

  get length(): number {
    return this.#records.length - this.#head
  }

  /** It is known to have records that have not been fetched. */
  get isBehind(): boolean {
    return this.position < this.end
  }

  /** The record at that place behind the next one to be taken; undefined: not fetched. */
  at(index: number): QueuedRecord | undefined {
    return this.#records[this.#head + index]
  }

  push(records: readonly QueuedRecord[]): void {
    if (this.#head > 0) {
      this.#records.splice(0, this.#head)
      this.#head = 0
    }
    for (const record of records) this.#records.push(record)
  }

  /** @param position that fetching has come to; @param end as the broker told it with that */
  advance(position: number, end: number): void {
    this.position = Math.max(this.position, position)
    this.end = Math.max(end, this.position)
  }

  /** Goes on at an offset, since what is before it is gone. */
  skip(until: number): void {
    this.lost = { from: this.lost?.from ?? this.position, until }
    this.advance(until, this.end)
  }

  /** Takes so many records away. @returns the offset behind the last of them, from where taking goes on */
  drop(count: number): number {
    const last = this.#records[this.#head + count - 1]
    this.#head += count
    if (last !== undefined) this.from = last.offset + 1
    return this.from
  }

  /** Takes away all records before an offset, from where taking goes on. */
  dropBefore(until: number): void {
    while ((this.at(0)?.offset ?? until) < until) this.drop(1)
    this.from = until
    if (this.lost !== null && this.lost.until <= until) this.lost = null
  }
}

/** The queue of a partition, where it is one of these. */
export function queueOf(
  queues: readonly PartitionQueue[],
  { topic, partition }: { readonly topic: string; readonly partition: number },
): PartitionQueue | undefined {
  return queues.find((queue) => queue.topic === topic && queue.partition === partition)
}
