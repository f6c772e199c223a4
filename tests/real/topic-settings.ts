import { testClient } from './topic-contents.ts'

/** As `kafka.ConfigResourceTypes.TOPIC`. */
const TOPIC_RESOURCE = 2

/** What Kafka says of a topic; null: there is none. */
export async function topicSettings(
  bootstrap: string,
  name: string,
): Promise<{ readonly partitions: number; readonly retention: string } | null> {
  const admin = testClient(bootstrap).admin()
  await admin.connect()
  try {
    if (!(await admin.listTopics()).includes(name)) return null
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] })
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: TOPIC_RESOURCE, name, configNames: ['retention.ms'] }],
    })
    return { partitions: topics[0].partitions.length, retention: resources[0].configEntries[0].configValue }
  } finally {
    await admin.disconnect()
  }
}
