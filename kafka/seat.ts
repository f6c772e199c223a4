import kafkajs, { type Consumer, type Kafka, type PartitionAssigner } from 'kafkajs'
import { NO_RESTART } from './client.ts'

const { AssignerProtocol } = kafkajs

export interface SeatOptions {
  /** the consumer group whose members wait for the seat */
  readonly group: string
  /** a topic of one partition: who is assigned it has the seat */
  readonly topic: string
  /** how this member is called by the others */
  readonly name: string
}

/** ms without a heartbeat after which a member counts as dead: the least that brokers take is 6,000 */
const SESSION_TIMEOUT = 10_000
const HEARTBEAT = 1_000

/** What a member tells the group. */
interface MemberData {
  readonly name: string
  readonly holds: boolean
}

/**
 * The one seat of a consumer group, which passes on when its holder leaves or dies. A member that joins does not take it from one that has it. A holder may learn
 * late that it lost the seat: only what the transactional producer's fencing guards is safe.
 */
export class Seat {
  readonly #consumer: Consumer
  readonly #topic: string
  #isHeld = false
  #hasJoined = false
  #failure: unknown = null
  #changed: () => void = () => {}
  #change = new Promise<void>(() => {})

  private constructor(kafka: Kafka, { group, topic, name }: SeatOptions) {
    this.#topic = topic
    this.#consumer = kafka.consumer({
      groupId: group,
      allowAutoTopicCreation: false,
      sessionTimeout: SESSION_TIMEOUT,
      rebalanceTimeout: SESSION_TIMEOUT,
      heartbeatInterval: HEARTBEAT,
      maxWaitTimeInMs: HEARTBEAT / 2,
      retry: NO_RESTART,
      partitionAssigners: [stickyAssigner(() => ({ name, holds: this.#isHeld }))],
    })
    this.#renew()
  }

  /** Joins the group. @throws what kafkajs throws */
  static async wait(kafka: Kafka, options: SeatOptions): Promise<Seat> {
    const seat = new Seat(kafka, options)
    try {
      await seat.#start()
      return seat
    } catch (error) {
      await seat.leave()
      throw error
    }
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  /** The group has answered who has the seat. */
  get hasJoined(): boolean {
    return this.#hasJoined
  }

  /** Until the group has given its answer anew. @throws what ended the membership */
  async changed(): Promise<void> {
    if (this.#failure === null) await this.#change
    if (this.#failure !== null) throw this.#failure
  }

  /** Leaves the group: the next member has the seat at once. */
  async leave(): Promise<void> {
    this.#set(false)
    await this.#consumer.disconnect()
  }

  async #start(): Promise<void> {
    const consumer = this.#consumer
    const topic = this.#topic
    await consumer.connect()
    await consumer.subscribe({ topic })
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#hasJoined = true
      this.#set((payload.memberAssignment[topic] ?? []).length > 0)
      // The seat is all it is for.
      consumer.pause([{ topic }])
    })
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
      this.#failure = error
      this.#set(false)
    })
    await consumer.run({ autoCommit: false, eachBatch: async () => {} })
  }

  #set(isHeld: boolean): void {
    this.#isHeld = isHeld
    const changed = this.#changed
    this.#renew()
    changed()
  }

  #renew(): void {
    this.#change = new Promise((resolve) => {
      this.#changed = resolve
    })
  }
}

/** The name of who has the seat; null: nobody at present. @throws what kafkajs throws */
export async function holderOf(kafka: Kafka, group: string): Promise<string | null> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const { groups } = await admin.describeGroups([group])
    for (const { memberAssignment, memberMetadata } of groups[0].members) {
      const topics = Object.values(AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {})
      if (topics.length > 0) return dataOf(memberMetadata).name
    }
    return null
  } finally {
    await admin.disconnect()
  }
}

/** All to one member: to the one that has it, else to any. */
function stickyAssigner(own: () => MemberData): PartitionAssigner {
  const [name, version] = ['gpumon-one-seat', 0]
  return () => ({
    name,
    version,
    async assign({ members, topics }) {
      const inOrder = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
      const holder = inOrder.find(({ memberMetadata }) => dataOf(memberMetadata).holds) ?? inOrder[0]
      const assignment = Object.fromEntries(topics.map((topic) => [topic, [0]]))
      const memberAssignment = AssignerProtocol.MemberAssignment.encode({
        version,
        assignment,
        userData: Buffer.alloc(0),
      })
      return [{ memberId: holder.memberId, memberAssignment }]
    },
    protocol({ topics }) {
      const userData = Buffer.from(JSON.stringify(own()))
      return { name, metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData }) }
    },
  })
}

function dataOf(metadata: Buffer): MemberData {
  const userData = AssignerProtocol.MemberMetadata.decode(metadata)?.userData
  return JSON.parse(String(userData)) as MemberData
}
