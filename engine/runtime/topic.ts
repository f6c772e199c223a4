import type { Source } from '../catalog/source.ts'
import type { PipelineInput } from '../compile/pipeline.ts'
import type { Batch } from './batch.ts'
import type { RawRecord } from './codec.ts'
import type { PersistentQuery } from './persistent-query.ts'

export interface TopicReader {
  readonly query: PersistentQuery
  readonly input: PipelineInput
}

/** What a subscriber is given: the rows, and the source whose columns they have. */
export type Subscriber = (batch: Batch, source: Source) => void

/** A named log of records inside the process. Records go on to whoever reads; what nobody has read yet is kept. */
export class Topic {
  readonly name: string
  partitions: number
  readonly replicas: number
  readonly readers: TopicReader[] = []
  readonly subscribers = new Set<Subscriber>()
  /** records kept for readers still to come */
  readonly kept: RawRecord[] = []
  /** number of records appended so far */
  end = 0

  constructor(name: string, partitions: number, replicas: number) {
    this.name = name
    this.partitions = partitions
    this.replicas = replicas
  }
}
