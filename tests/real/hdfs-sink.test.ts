import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import avsc from 'avsc'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { readingSchema } from '../../gpuz/reading-schema.ts'
import { Random } from '../../gpuz/simulator/random.ts'
import { whole } from '../../jobs/number-text.ts'
import { SchemaRegistryClient } from '../../kafka/schema-registry.ts'
import { outcome, start } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { sharedDir } from '../shared.ts'
import { type Connect, startedConnect } from './connect.ts'
import { type Hdfs, startedHdfs } from './hdfs.ts'
import { HdfsSink, type TableRow } from './hdfs-sink.ts'
import { describeWithServers } from './servers.ts'
import { identities, type Received, received, recordCount, removeTopic, TOPIC, testClient } from './topic-contents.ts'

const SEED = Number(process.env['GPUMON_SEED'] ?? Date.now() % 1_000_000)
/** After kill -9 the broker holds a consumer for alive until its session ends. */
const RECOVERY_MS = 150_000

const scratch = scratchFolder()

describeWithServers('connect/hdfs.json, from gpumon produce to HDFS', (servers) => {
  const { bootstrap, registry } = servers
  let connect: Connect
  let hdfs: Hdfs
  let sink: HdfsSink

  beforeAll(async () => {
    ;[connect, hdfs] = await Promise.all([startedConnect(servers), startedHdfs(servers)])
  }, 300_000)
  beforeEach(async () => {
    await removeTopic(bootstrap)
    sink = new HdfsSink(servers, connect, hdfs)
  })
  afterEach(() => sink.remove())

  const producing = (...args: string[]) =>
    start(['produce', ...args, '--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC'])
  async function produce(...args: string[]): Promise<void> {
    expect(await outcome(producing(...args))).toMatchObject({ code: 0, stderr: '' })
  }

  /** The table must have every record of the topic, none twice, with all its values. */
  async function expectAll(note?: string): Promise<{ rows: TableRow[]; records: Received[] }> {
    const records = await received(bootstrap, registry)
    await sink.untilRows(records.length, RECOVERY_MS)
    await sink.forOneCommit()
    const rows = await sink.rows()
    const found = rows.map((row) => [
      row['_kafka_metadata_topic'],
      row['_kafka_metadata_partition'],
      row['_kafka_metadata_offset'],
    ])
    expect(found, note).toEqual(records.map((_, offset) => [TOPIC, 0, offset]))
    const columns = Object.keys(rows[0] ?? {}).filter((column) => !column.startsWith('_kafka_metadata_'))
    const nothing = Object.fromEntries(columns.map((column) => [column, null]))
    expect(
      rows.map((row) => readingOf(row, columns)),
      note,
    ).toEqual(records.map(({ value }) => ({ ...nothing, ...value })))
    expect(identities(records).repeated).toBe(0)
    expect(await sink.doctorFindings(), note).toEqual([
      { health: 'well', what: 'table gpu.readings', text: expect.stringContaining(`rows: ${whole(records.length)},`) },
    ])
    return { rows, records }
  }

  test('every reading is there once, as it was produced, NULL where there is none, unknown sensors in the map of others, by the hour', async () => {
    const known = readFileSync(await scratch.simulated('known.txt', 500), 'latin1')
    // A sensor that the catalogue does not know
    const unknown = Buffer.from(known.replaceAll('Hot Spot [°C]', 'Flux [V]'), 'latin1')
    const logs = [await scratch.simulated('simulated.txt', 6_000), scratch.write('unknown.txt', unknown)]
    if (sharedDir !== null) logs.push(join(sharedDir, 'gpuz/logs/nvidia-rtx4060-2024.txt'))
    await produce(...logs)
    await sink.start()
    const { rows, records } = await expectAll()
    expect(records.length).toBeGreaterThanOrEqual(6_500)
    const others = rows.filter(({ source }) => source === logs[1])
    expect(others).toHaveLength(500)
    for (const { hot_spot, other } of others) {
      expect(hot_spot).toBeNull()
      expect(other).toMatch(/^\{"Flux \[V\]":[\d.]+\}$/)
    }

    const [spec] = (await sink.table.metadata())?.['partition-specs'] ?? []
    expect(spec.fields).toMatchObject([{ name: 'ts_hour', transform: 'hour' }])
    const hours = new Set(
      records.map(({ timestamp }) => new Date(timestamp).toISOString().slice(0, 13).replace('T', '-')),
    )
    const folders = (await sink.table.files()).map(({ path }) => /\/data\/ts_hour=([^/]+)\//.exec(path)?.[1])
    expect(new Set(folders)).toEqual(hours)
  })

  // apache/iceberg#18006: without iceberg.kafka.auto.offset.reset=earliest what was read by then is lost; with it, a sink goes through every commit that its control topic has.
  test('a worker killed before the first commit of the table loses nothing, also behind all commits that its control topic keeps', {
    timeout: RECOVERY_MS * 2,
  }, async () => {
    await produce(await scratch.simulated('first.txt', 20_000))
    await sink.forbidCommits()
    await sink.start()
    await sink.untilOffsetsAreCommitted()
    const start = await sink.firstStartOfCommit()
    await connect.worker.kill()
    await sink.beginCommits(start)
    expect(await sink.table.files()).toEqual([])
    expect(await sink.doctorFindings()).toContainEqual(
      expect.objectContaining({
        health: 'note',
        text: expect.stringMatching(/ are read and not in the table yet$/),
      }),
    )
    await sink.allowCommits()
    await connect.worker.start()
    await expectAll()
  })

  test('a worker killed in mid-stream loses and doubles nothing', { timeout: RECOVERY_MS * 3 }, async () => {
    const random = new Random(SEED)
    const whole = readFileSync(await scratch.simulated('whole.txt', 20_000))
    const log = scratch.write('growing.txt', '')
    const child = producing(log, '--follow')
    const ended = outcome(child)
    const parts = 24
    const kills = new Set([5, 12])
    await sink.start()
    for (let part = 0; part < parts; part++) {
      appendFileSync(log, whole.subarray((whole.length * part) / parts, (whole.length * (part + 1)) / parts))
      await sleep(300 + random.next() * 600)
      if (!kills.has(part)) continue
      await connect.worker.kill()
      await sleep(random.next() * 3_000)
      await connect.worker.start()
    }
    while ((await recordCount(bootstrap)) < 20_000) await sleep(100)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0 })
    await expectAll(`seed ${SEED}`)
  })

  test('old snapshots can be forgotten while the sink goes on, and no row is', async () => {
    // Forgotten is what the property of the table says, by default five days.
    await sink.start({ 'iceberg.tables.auto-create-props.history.expire.max-snapshot-age-ms': '1' })
    await produce(await scratch.simulated('part1.txt', 1_000))
    await sink.untilRows(1_000)
    await produce(await scratch.simulated('part2.txt', 1_000, 2))
    await sink.forgetSnapshots()
    await produce(await scratch.simulated('part3.txt', 1_000, 3))
    await sink.untilRows(3_000)
    await sink.forgetSnapshots()
    await expectAll()
    expect((await sink.table.metadata())?.snapshots).toHaveLength(1)
    expect(await sink.snapshotFiles()).toHaveLength(1)
  })

  test('a NameNode killed in mid-stream costs nothing once failed tasks are started again', {
    timeout: RECOVERY_MS * 2,
  }, async () => {
    await produce(await scratch.simulated('up.txt', 3_000))
    await sink.start()
    await sink.untilRows(3_000)
    await hdfs.nameNode.kill()
    await produce(await scratch.simulated('down.txt', 3_000, 2))
    await sleep(5_000)
    await hdfs.nameNode.start()
    let isThere = false
    const restarter = (async () => {
      for (; !isThere; await sleep(3_000))
        await outcome(start(['doctor', '--connect', connect.url, '--restart-failed']))
    })()
    try {
      await expectAll()
    } finally {
      isThere = true
      await restarter
    }
  })

  test('a sink that Kafka has forgotten is told of, and doubles nothing when it goes on where it is told to', async () => {
    await produce(await scratch.simulated('before.txt', 1_000))
    await sink.start()
    await sink.untilRows(1_000)
    await sink.stopAndForget()
    const wrong = (await sink.doctorFindings()).filter(({ health }) => health === 'wrong')
    expect(wrong).toMatchObject([{ text: expect.stringContaining('Kafka has forgotten how far the sink has read') }])
    const [, offset] = /PATCH \S+\/offsets with kafka_offset (\d+) for partition 0,/.exec(wrong[0].fix ?? '') ?? []
    await sink.resumeAt(Number(offset))
    await produce(await scratch.simulated('after.txt', 300, 2))
    await expectAll()
  })

  test('a sensor that the schema gets in mid-stream becomes a column; older rows and older producers have NULL there', async () => {
    await produce(await scratch.simulated('before.txt', 1_000))
    await sink.start()
    await sink.untilRows(1_000)
    const before = (await sink.table.files()).map(({ path }) => path)

    await produceWithNewSensor(bootstrap, registry, 'flux', 500)
    await produce(await scratch.simulated('after.txt', 300, 2))
    const { rows } = await expectAll()
    expect(rows.map(({ flux }) => flux)).toEqual([
      ...Array(1_000).fill(null),
      ...Array.from({ length: 500 }, (_, i) => i + 0.5),
      ...Array(300).fill(null),
    ])
    expect((await sink.table.files()).map(({ path }) => path)).toEqual(expect.arrayContaining(before))
  })
})

function readingOf(row: TableRow, columns: readonly string[]): Record<string, unknown> {
  const own = Object.fromEntries(columns.map((column) => [column, row[column]]))
  return { ...own, other: JSON.parse(String(own['other'])) }
}

/** Readings of the next version of the schema, whose new sensor has 0.5, 1.5, 2.5 …, as a newer producer sends them. */
async function produceWithNewSensor(bootstrap: string, registry: string, sensor: string, count: number): Promise<void> {
  const { fields, ...record } = readingSchema() as { fields: { name: string }[] }
  const schema = { ...record, fields: [...fields, { name: sensor, type: ['null', 'double'], default: null }] }
  const id = await new SchemaRegistryClient(registry).register(`${TOPIC}-value`, JSON.stringify(schema))
  const type = avsc.Type.forSchema(schema as unknown as avsc.Schema)
  const prefix = Buffer.alloc(5)
  prefix.writeInt32BE(id, 1)
  const sensors = Object.fromEntries(fields.map(({ name }) => [name, null]))
  const messages = Array.from({ length: count }, (_, row) => {
    const ts = Date.UTC(2024, 5, 1, 15) + row * 1_000
    const reading = {
      ...sensors,
      device: 'new',
      ts,
      host: 'pc',
      source: 'new.txt',
      row,
      other: {},
      [sensor]: row + 0.5,
    }
    return { key: 'new', value: Buffer.concat([prefix, type.toBuffer(reading)]), timestamp: String(ts) }
  })
  const producer = testClient(bootstrap).producer()
  await producer.connect()
  await producer.send({ topic: TOPIC, messages })
  await producer.disconnect()
}
