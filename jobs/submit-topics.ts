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

/** A topic that must be there before whoever uses it. */
export interface WantedTopic {
  readonly topic: string
  readonly partitions: number
  /** ms that its records are kept for; -1: for ever */
  readonly retentionMs: number
  /** the file that it is for */
  readonly file: string
  /** false: it may keep them for another time, which is said */
  readonly strict: boolean
}

/** What a sink that stood still may take up again. At each start it goes through all commits that are kept, 288 a day, in 2.5 ms or more each, and its group waits for it for 15 minutes. */
const CONTROL_RETENTION_MS = 30 * 86_400_000

/**
 * Iceberg's coordinators speak by a topic that they do not make: with several partitions, or with records that soon expire, what was read can be lost; with
 * records for ever the sink would one day not start any more (connect/README.md).
 */
export function controlTopics(connectors: readonly ConnectorFile[]): WantedTopic[] {
  return connectors.flatMap(({ file, config }) => {
    const topic = config['iceberg.control.topic']
    return topic === undefined ? [] : [{ topic, partitions: 1, retentionMs: CONTROL_RETENTION_MS, file, strict: true }]
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
        await ensureTopic(kafka, step.name, bootstrap, wanted[i])
        onDone(step)
      }
    },
  }
}

function planTopic(
  { topic, partitions, retentionMs, file, strict }: WantedTopic,
  info: TopicInfo | undefined,
): PlanStep {
  const head = { kind: 'topic', name: topic, place: file } as const
  if (info === undefined) {
    return { ...head, action: 'create', details: [`partitions: ${partitions}; records ${expiryText(retentionMs)}`] }
  }
  const { length: there } = info.partitions
  const details = [
    ...(there === partitions ? [] : [`its partitions are ${there}, not ${partitions}: delete it, and submit again`]),
    ...(info.retentionMs === retentionMs
      ? []
      : [`its records ${expiryText(info.retentionMs)}: set retention.ms=${retentionMs} for it`]),
  ]
  const isWrong = there !== partitions || (strict && info.retentionMs !== retentionMs)
  return { ...head, action: isWrong ? 'refused' : 'unchanged', details }
}

function expiryText(retentionMs: number): string {
  return retentionMs < 0 ? 'do not expire' : `expire ${durationText(retentionMs)} after their own time`
}
