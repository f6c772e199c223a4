import type { Admin, Kafka } from 'kafkajs'
import { administer } from './topic.ts'

/** How far a consumer group is. */
export interface GroupLag {
  readonly groupId: string
  readonly members: number
  /** records behind its committed offsets, by topic; marks of transactions count too. None: nothing is committed yet */
  readonly behind: ReadonlyMap<string, number>
}

/** @throws KafkaError */
export async function groupLags(kafka: Kafka, groupIds: readonly string[], bootstrap: string): Promise<GroupLag[]> {
  return administer(kafka, 'Cannot look at consumer groups', bootstrap, async (admin) => {
    const members = await membersOf(admin, groupIds)
    return Promise.all(
      groupIds.map(async (groupId) => ({
        groupId,
        members: members.get(groupId) ?? 0,
        behind: await behindOf(admin, groupId),
      })),
    )
  })
}

/** How many are in each group; 0 where there is none. @throws KafkaError */
export async function groupMembers(
  kafka: Kafka,
  groupIds: readonly string[],
  bootstrap: string,
): Promise<ReadonlyMap<string, number>> {
  return administer(kafka, 'Cannot look at consumer groups', bootstrap, (admin) => membersOf(admin, groupIds))
}

async function membersOf(admin: Admin, groupIds: readonly string[]): Promise<Map<string, number>> {
  const { groups } = await admin.describeGroups([...groupIds])
  return new Map(groups.map(({ groupId, members }) => [groupId, members.length]))
}

async function behindOf(admin: Admin, groupId: string): Promise<Map<string, number>> {
  const behind = new Map<string, number>()
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId })) {
    const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]))
    const committed = partitions.filter(({ offset }) => Number(offset) >= 0)
    if (committed.length === 0) continue
    const records = committed.map(({ partition, offset }) => (ends.get(partition) ?? Number(offset)) - Number(offset))
    behind.set(
      topic,
      records.reduce((sum, count) => sum + count, 0),
    )
  }
  return behind
}
