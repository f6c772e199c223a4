import type { Kafka } from 'kafkajs'
import { describeTopics, ensureTopic, type TopicInfo } from '../kafka/topic.ts'
import { durationText } from './duration-text.ts'
import type { ConnectorFile } from './submit-files.ts'
import { isChange, type PlanPart, type PlanStep } from './submit-plan.ts'

/** The brokers, and the address that they were asked for at. */
export interface Cluster {
  readonly kafka: Kafka
  readonly bootstrap: string
}

/** A topic that must be there before whoever uses it, with records that do not expire. */
export interface WantedTopic {
  readonly topic: string
  readonly partitions: number
  /** the file that it is for */
  readonly file: string
  /** false: records may expire, which is said */
  readonly strict: boolean
}

/**
 * Iceberg's coordinators speak by a topic that they do not make: with several partitions, or with records that expire, its first commit can be lost
 * (connect/README.md).
 */
export function controlTopics(connectors: readonly ConnectorFile[]): WantedTopic[] {
  return connectors.flatMap(({ file, config }) => {
    const topic = config['iceberg.control.topic']
    return topic === undefined ? [] : [{ topic, partitions: 1, file, strict: true }]
  })
}

/** What is to be made of these topics. @throws KafkaError */
export async function planTopics(wanted: readonly WantedTopic[], { kafka, bootstrap }: Cluster): Promise<PlanPart> {
  const there = await describeTopics(
    kafka,
    wanted.map(({ topic }) => topic),
    bootstrap,
  )
  const steps = wanted.map((one) => planTopic(one, there.get(one.topic)))
  return {
    steps,
    apply: async (onDone) => {
      for (const [i, step] of steps.entries()) {
        if (!isChange(step)) continue
        await ensureTopic(kafka, step.name, bootstrap, wanted[i].partitions)
        onDone(step)
      }
    },
  }
}

function planTopic({ topic, partitions, file, strict }: WantedTopic, info: TopicInfo | undefined): PlanStep {
  const head = { kind: 'topic', name: topic, place: file } as const
  if (info === undefined) {
    return { ...head, action: 'create', details: [`partitions: ${partitions}; records do not expire`] }
  }
  const { length: there } = info.partitions
  const details = [
    ...(there === partitions ? [] : [`its partitions are ${there}, not ${partitions}: delete it, and submit again`]),
    ...(info.retentionMs < 0
      ? []
      : [`its records expire ${durationText(info.retentionMs)} after their own time: set retention.ms=-1 for it`]),
  ]
  const isWrong = there !== partitions || (strict && info.retentionMs >= 0)
  return { ...head, action: isWrong ? 'refused' : 'unchanged', details }
}
