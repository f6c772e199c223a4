import { kafkaClient } from '../kafka/client.ts'
import { listTopics, removeTopics } from '../kafka/topic.ts'
import { compareOnCluster } from './cluster.ts'

/**
 * `npm run bench:kafka -- [--json FILE] [--rows N]`: `gpumon produce` of a generated log into a real broker, beside kafkajs that sends the same requests from
 * memory. Exit code 1 when the bar is missed.
 */
const BAR = 0.8
const ratio = await compareOnCluster({
  rows: 500_000,
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
  },
})
if (ratio < BAR) process.exitCode = 1
