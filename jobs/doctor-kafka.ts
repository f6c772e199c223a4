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
import { type Cluster, controlTopics, planTopics } from './submit-topics.ts'

/** @throws KafkaError */
export async function brokerFindings(cluster: Cluster): Promise<Finding[]> {
  const brokers = await brokerCount(cluster)
  return [{ health: 'well', what: 'Kafka', text: `answers at ${cluster.bootstrap}, brokers: ${brokers}` }]
}

/** The topics that the statements read and write. @throws KafkaError */
export async function topicFindings(cluster: Cluster, { statements }: SubmitFiles): Promise<Finding[]> {
  const engine = new KsqlEngine()
  declareIn(engine, statements)
  const wanted = engine.topics()
  const names = wanted.map(({ name }) => name)
  const there = await describeTopics(cluster.kafka, names, cluster.bootstrap)
  const missing = names.filter((name) => !there.has(name))
  const found: Finding[] = wanted.flatMap(({ name, partitions }) => {
    const count = there.get(name)?.partitions.length ?? partitions
    if (count === partitions) return []
    const text = `has ${count} partitions, the statements are written for ${partitions}`
    return [{ health: 'wrong', what: `topic ${name}`, text, fix: 'delete it, with its records, and run gpumon submit' }]
  })
  if (missing.length > 0) {
    const text = `not there: ${missing.join(', ')}`
    found.push({ health: 'wrong', what: 'topics', text, fix: 'gpumon submit --server URL makes them' })
  } else {
    found.push({ health: 'well', what: 'topics', text: `all ${names.length} that the statements need are there` })
  }
  const { topic } = await readingsStream()
  const retention = there.get(topic)?.retentionMs ?? -1
  if (retention >= 0) {
    const text = `its records expire ${durationText(retention)} after their own time`
    found.push({ health: 'note', what: `topic ${topic}`, text, fix: 'set retention.ms=-1 for it' })
  }
  return found
}

/** The topics that connectors need besides. @throws KafkaError */
export async function controlFindings(cluster: Cluster, { connectors }: SubmitFiles): Promise<Finding[]> {
  const { steps } = await planTopics(controlTopics(connectors), cluster)
  const fix = 'do what is said here, while its connector is stopped'
  return steps
    .filter(({ action }) => action === 'refused')
    .map(({ name, details }) => ({ health: 'wrong', what: `topic ${name}`, text: details.join('; '), fix }))
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
