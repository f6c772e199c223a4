import { kafkaClient } from '../kafka/client.ts'
import { ensureTopic, listTopics, removeTopics } from '../kafka/topic.ts'
import { compareOnCluster } from './cluster.ts'
import { READY_TOPIC } from './kafka-steps.ts'

/**
 * `npm run bench:kafka -- [--json FILE] [--rows N]`: `gpumon produce` of a generated log into a real broker, beside kafkajs that sends the same requests from
 * memory. Exit code 1 when the bar is missed.
 */
const BAR = 0.8
/** As ksql/01-readings.ksql declares it. */
const READINGS_TOPIC = 'gpu.readings'
const ratio = await compareOnCluster({
  rows: 1_000_000,
  ours: 'produce',
  yardstick: 'kafkajs-ready-made',
  order: ['kafkajs-ready-made', 'produce'],
  title: `produce against kafkajs with ready-made records (bar: ${BAR})`,
  clear: async ({ bootstrap }) => {
    const kafka = kafkaClient(bootstrap)
    const topics = await listTopics(kafka)
    await removeTopics(
      kafka,
      topics.map(({ name }) => name),
    )
    // Both find their topic made and empty.
    for (const topic of [READINGS_TOPIC, READY_TOPIC]) await ensureTopic(kafka, topic, bootstrap)
  },
})
if (ratio < BAR) process.exitCode = 1
