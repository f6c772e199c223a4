import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { controlTopics } from '../../jobs/submit-topics.ts'
import { compose, root, services } from '../deploy/compose-file.ts'

const folder = join(root, 'connect')
const connectors = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [
      name.replace('.json', ''),
      JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, string>,
    ]),
)
const hdfs = connectors.get('hdfs') ?? {}
const influxdb = connectors.get('influxdb') ?? {}

describe.each([...connectors])('%s', (name, config) => {
  test('has only text as values, as Connect wants it', () => {
    expect(Object.values(config).filter((value) => typeof value !== 'string')).toEqual([])
  })

  test('is submitted by a service of docker-compose.yml', () => {
    const submits = services.filter(([, { command = [] }]) => command.includes(`connect/${name}.json`))
    expect(submits.map(([, { command = [] }]) => command[0])).toEqual(['submit'])
    expect(submits[0][1].command).toContain('http://connect:8083')
  })

  test('reads topics that the statements make', () => {
    const ksql = join(root, 'ksql')
    const statements = readdirSync(ksql, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ksql'))
      .map((path) => readFileSync(join(ksql, path), 'utf8'))
    const made = new Set([...statements.join('\n').matchAll(/KAFKA_TOPIC = '([^']*)'/g)].map(([, topic]) => topic))
    const read = config['topics'].split(',')
    expect(read.filter((topic) => !made.has(topic))).toEqual([])
  })

  test('declares every transform and predicate that it names, and no other', () => {
    for (const kind of ['transforms', 'predicates']) {
      const named = (config[kind] ?? '').split(',').filter(Boolean)
      const types = Object.keys(config).filter((key) => key.startsWith(`${kind}.`) && key.endsWith('.type'))
      expect(types.map((key) => key.split('.')[1])).toEqual(named)
    }
    const used = Object.entries(config).filter(([key]) => /^transforms\.\w+\.predicate$/.test(key))
    const predicates = (config['predicates'] ?? '').split(',')
    expect(used.filter(([, predicate]) => !predicates.includes(predicate))).toEqual([])
  })

  test('holds no secret, only names of files that the worker has', () => {
    const secret = Object.entries(config).filter(([key]) => /token|password|secret|authorization$/i.test(key))
    const named = secret.map(([, value]) => /^(?:Token )?\$\{secrets:\/run\/secrets:(\w+)\}$/.exec(value)?.[1])
    expect(named.filter((file) => file === undefined)).toEqual([])
    expect(compose.services['connect'].secrets).toEqual(expect.arrayContaining(named))
  })

  test('does not send good records to the dead letters while Schema Registry is away', () => {
    expect(config['errors.tolerance']).toBe('none')
  })
})

describe('hdfs', () => {
  test('begins at the earliest record, also for the coordinator: else the first commit can lose what was read', () => {
    expect(hdfs['iceberg.kafka.auto.offset.reset']).toBe('earliest')
    expect(hdfs['consumer.override.auto.offset.reset']).toBe('earliest')
  })

  test('has the time to go through all commits that its control topic keeps, at twenty times what one takes here', () => {
    const [{ retentionMs }] = controlTopics([{ file: 'connect/hdfs.json', name: 'hdfs', config: hdfs }])
    const commits = retentionMs / Number(hdfs['iceberg.control.commit.interval-ms'])
    expect(commits * 50).toBeLessThan(Number(hdfs['consumer.override.max.poll.interval.ms']))
  })

  test('is submitted with a broker at hand, since submit makes its control topic beforehand', () => {
    expect(controlTopics([{ file: 'connect/hdfs.json', name: 'hdfs', config: hdfs }])).toEqual([
      {
        topic: 'control-gpu-readings',
        partitions: 1,
        retentionMs: 2_592_000_000,
        file: 'connect/hdfs.json',
        strict: true,
      },
    ])
    expect(compose.services['hdfs-sink'].command).toEqual(expect.arrayContaining(['--bootstrap', 'kafka:29092']))
  })

  test('partitions by the hour of the reading, which arrives as a timestamp', () => {
    expect(hdfs['iceberg.tables.default-partition-by']).toBe('hour(ts)')
    const schema = JSON.parse(readFileSync(join(root, 'schemas/gpu-reading.avsc'), 'utf8')) as {
      fields: { name: string; type: unknown }[]
    }
    const { type } = schema.fields.find(({ name }) => name === 'ts') ?? {}
    expect(type).toMatchObject({ type: 'long', logicalType: 'timestamp-millis' })
  })
})

describe('influxdb', () => {
  const number = (key: string) => Number(influxdb[key])

  test('rides out a quarter of an hour of refused connections', () => {
    expect(number('max.retries') * number('retry.backoff.ms')).toBeGreaterThanOrEqual(15 * 60_000)
  })

  test('gives up before the broker takes its partitions away', () => {
    const longestMs = number('max.retries') * (number('retry.backoff.ms') + number('http.timeout') * 1000)
    expect(longestMs).toBeLessThan(number('consumer.override.max.poll.interval.ms'))
  })

  test('polls as many records as it sends at once', () => {
    expect(influxdb['consumer.override.max.poll.records']).toBe(influxdb['batch.max.size'])
  })

  test('writes in ms to the organisation and the bucket that InfluxDB is set up with', () => {
    const { searchParams, pathname } = new URL(influxdb['http.url'])
    const { environment = {} } = compose.services['influxdb']
    expect(pathname).toBe('/api/v2/write')
    expect(Object.fromEntries(searchParams)).toEqual({
      org: environment['DOCKER_INFLUXDB_INIT_ORG'],
      bucket: environment['DOCKER_INFLUXDB_INIT_BUCKET'],
      precision: 'ms',
    })
  })

  test('takes overrides of the consumer, which the worker must allow', () => {
    expect(compose.services['connect'].environment).toMatchObject({
      CONNECT_CONNECTOR_CLIENT_CONFIG_OVERRIDE_POLICY: 'All',
      CONNECT_CONFIG_PROVIDERS: 'secrets',
    })
  })
})
