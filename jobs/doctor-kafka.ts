import { KsqlEngine } from '../engine/index.ts'
import { groupLags } from '../kafka/group-lag.ts'
import { describeTopics } from '../kafka/topic.ts'
import { brokerCount } from './cluster-servers.ts'
import { declareIn } from './declared-statements.ts'
import { durationText } from './duration-text.ts'
import type { Finding } from './finding.ts'
import { whole } from './number-text.ts'
import { readingsStream } from './readings-stream.ts'
import type { SubmitFiles } from './submit-files.ts'
import { type Cluster, controlTopics } from './submit-topics.ts'

/** @throws KafkaError */
export async function brokerFindings(cluster: Cluster): Promise<Finding[]> {
  const brokers = await brokerCount(cluster)
  return [{ health: 'well', what: 'Kafka', text: `answers at ${cluster.bootstrap}, brokers: ${brokers}` }]
}

/** The topics that the statements read and write, and those that connectors need. @throws KafkaError */
export async function topicFindings(
  { kafka, bootstrap }: Cluster,
  { statements, connectors }: SubmitFiles,
): Promise<Finding[]> {
  const engine = new KsqlEngine()
  declareIn(engine, statements)
  const wanted = engine.topics()
  const control = controlTopics(connectors).map(({ topic }) => topic)
  const there = await describeTopics(kafka, [...wanted.map(({ name }) => name), ...control], bootstrap)
  const missing = wanted.filter(({ name }) => !there.has(name))
  const found: Finding[] = wanted.flatMap(({ name, partitions }) => {
    const count = there.get(name)?.partitions.length ?? partitions
    if (count === partitions) return []
    const text = `has ${count} partitions, the statements are written for ${partitions}`
    return [{ health: 'wrong', what: `topic ${name}`, text, fix: `delete it, with its records, and run gpumon submit` }]
  })
  if (missing.length > 0) {
    const text = `not there: ${missing.map(({ name }) => name).join(', ')}`
    found.push({ health: 'wrong', what: 'topics', text, fix: 'gpumon submit --server URL makes them' })
  } else {
    found.push({ health: 'well', what: 'topics', text: `all ${wanted.length} that the statements need are there` })
  }
  for (const [topic, { retentionMs }] of there) {
    const isControl = control.includes(topic)
    if (retentionMs < 0 || (!isControl && topic !== (await readingsStream()).topic)) continue
    found.push({
      health: isControl ? 'wrong' : 'note',
      what: `topic ${topic}`,
      text: `its records expire ${durationText(retentionMs)} after their own time`,
      fix: 'set retention.ms=-1 for it (kafka-configs --alter)',
    })
  }
  return found
}

/** How far readers are. A group that nobody is in, with records waiting, stands still. @throws KafkaError */
export async function lagFindings({ kafka, bootstrap }: Cluster, groups: readonly string[]): Promise<Finding[]> {
  if (groups.length === 0) return []
  return (await groupLags(kafka, groups, bootstrap)).flatMap(({ groupId, members, behind }): Finding[] => {
    const lag = [...behind].filter(([, records]) => records > 0)
    if (lag.length === 0) return []
    const text = `${lag.map(([topic, records]) => `${whole(records)} records of ${topic}`).join(', ')} not read yet`
    const what = `group ${groupId}`
    if (members > 0) return [{ health: 'note', what, text }]
    const fix = 'start whoever reads it again: the task, query or server that has this group'
    return [{ health: 'wrong', what, text: `${text}, and nobody reads`, fix }]
  })
}
