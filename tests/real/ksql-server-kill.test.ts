import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Random } from '../../gpuz/simulator/random.ts'
import { kafkaClient } from '../../kafka/client.ts'
import { deleteRecordsBefore } from '../../kafka/topic.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { RunningServer } from './ksql-service.ts'
import { clusterStatements, EARLIEST, expectSameAsInMemory, produceLogs } from './product-on-kafka.ts'
import { brokerToKill, describeWithServers } from './servers.ts'
import { makeTopic, TOPIC } from './topic-contents.ts'
import { removeAllTopics } from './topic-records.ts'

/** GPUMON_KILLS=20 kills more often; GPUMON_SEED repeats a run. */
const KILLS = Number(process.env['GPUMON_KILLS'] ?? 2)
const SEED = Number(process.env['GPUMON_SEED'] ?? Date.now() % 1_000_000)
const DEVICES = 3
const ROWS = 10_000
const LIMIT_MS = 120_000 + KILLS * 60_000

const scratch = scratchFolder()

describeWithServers(`gpumon ksql-server under kill -9 (seed ${SEED})`, (servers) => {
  const { bootstrap } = servers
  const broker = brokerToKill(servers)
  let services = 0
  const serviceId = (): string => `killed-${process.pid}-${services}`
  const start = () => RunningServer.start(servers, serviceId())
  const untilShare = (server: RunningServer, share: number) =>
    server.untilProcessed(TOPIC, Math.floor(share * DEVICES * ROWS))

  /** A topic with all readings, and a server that has begun with them. */
  async function begin(): Promise<{ server: RunningServer; statements: string[] }> {
    await makeTopic(bootstrap, TOPIC, 2)
    await produceLogs(servers, scratch, DEVICES, ROWS)
    const server = await (await start()).until('READY')
    const statements = await clusterStatements()
    await server.client.execute(statements.join('\n'), EARLIEST)
    return { server, statements }
  }

  beforeEach(async () => {
    await removeAllTopics(bootstrap)
    services++
  })
  afterEach(async () => {
    await RunningServer.killAll()
  })

  test(`a server killed ${KILLS} times and started again loses and doubles nothing`, {
    timeout: LIMIT_MS,
  }, async () => {
    const random = new Random(SEED)
    let { server, statements } = await begin()
    for (let kill = 0; kill < KILLS; kill++) {
      await untilShare(server, ((kill + random.next()) * 0.9) / KILLS)
      await sleep(random.next() * 500)
      await server.kill()
      server = await start()
    }
    await untilShare(server, 1)
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
    await expectSameAsInMemory(servers, statements)
  })

  test('the standby takes over from a server that is killed, and says who is active before', {
    timeout: LIMIT_MS,
  }, async () => {
    const random = new Random(SEED + 1)
    const { server, statements } = await begin()
    const standby = await (await start()).until('STANDBY')
    await expect(standby.client.execute('SHOW STREAMS;')).rejects.toThrow(`Ask the active one: ${server.url}`)
    await untilShare(server, 0.2 + random.next() * 0.5)
    await server.kill()
    await standby.until('READY')
    await untilShare(standby, 1)
    expect(await standby.stop()).toMatchObject({ code: 0, stderr: '' })
    await expectSameAsInMemory(servers, statements)
  })

  test('a server that stood still for too long finds another in its place, and commits nothing more', {
    timeout: LIMIT_MS,
  }, async () => {
    const { server, statements } = await begin()
    const standby = await (await start()).until('STANDBY')
    await untilShare(server, 0.3)
    server.signal('SIGSTOP')
    await standby.until('READY')
    server.signal('SIGCONT')
    await server.until('STANDBY')
    await untilShare(standby, 1)
    expect(await standby.stop()).toMatchObject({ code: 0, stderr: '' })
    await server.until('READY')
    await expectSameAsInMemory(servers, statements)
  })

  test(`a broker killed ${KILLS} times is waited for, and nothing is lost or doubled`, {
    timeout: LIMIT_MS,
  }, async () => {
    const random = new Random(SEED + 2)
    const { server, statements } = await begin()
    for (let kill = 0; kill < KILLS; kill++) {
      await untilShare(server, ((kill + random.next()) * 0.9) / KILLS)
      await broker.kill()
      await sleep(random.next() * 5_000)
      await broker.start()
    }
    await untilShare(server, 1)
    const { code, stderr } = await server.stop()
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`Kafka at ${bootstrap} does not answer`)
    await expectSameAsInMemory(servers, statements)
  })

  test('a standby tells that Kafka is away, and stands by again when it is back', async () => {
    const server = await (await start()).until('READY')
    const standby = await (await start()).until('STANDBY')
    await broker.kill()
    const health = async () => (await fetch(`${standby.url}/healthcheck`)).json()
    const isAway = { isHealthy: false, details: { kafka: { isHealthy: false } } }
    await expect.poll(health).toMatchObject(isAway)
    await broker.start()
    const states = async () => [await server.state(), await standby.state()].sort()
    await expect.poll(states).toEqual(['READY', 'STANDBY'])
    expect(await health()).toMatchObject({ isHealthy: true, details: { kafka: { isHealthy: true } } })
    expect((await standby.stop()).stderr).toContain(`Kafka at ${bootstrap} answers again`)
  })

  test('records that are gone and without which the state cannot be restored end it, with what to do', async () => {
    await makeTopic(bootstrap, TOPIC, 1)
    await produceLogs(servers, scratch, 1, 1_000)
    const server = await (await start()).until('READY')
    await server.client.execute((await clusterStatements()).join('\n'), EARLIEST)
    await server.untilProcessed(TOPIC, 1_000)
    await server.kill()
    await deleteRecordsBefore(kafkaClient(bootstrap), TOPIC, 10)
    const { code, stderr } = await (await start()).ended
    expect(code).toBe(1)
    expect(stderr).toContain(`Topic ${TOPIC}, partition 0 no longer has offsets 0 to 9`)
    expect(stderr).toContain(`To begin anew without it, delete topic _gpumon-ksql-${serviceId()}-log`)
  })
})
