import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { kafkaFindings, tableFindings } from '../../jobs/doctor-table.ts'
import type { Finding } from '../../jobs/finding.ts'
import { type TableSink, tableSink } from '../../jobs/table-sink.ts'
import { kafkaClient } from '../../kafka/client.ts'
import { root } from '../deploy/compose-file.ts'
import { freePort } from '../free-port.ts'
import { standIn } from '../rest-stand-in.ts'
import { type FileEntry, tableFiles } from './iceberg-metadata.ts'

const SINK: TableSink = {
  name: 'hdfs',
  group: 'connect-hdfs',
  topics: ['gpu.readings'],
  table: 'gpu.readings',
  location: '/warehouse/gpu/readings',
}

/** A stand-in for NameNode and DataNode, which answers as WebHDFS does. @param dataNode where it sends readers; default: to itself */
async function hdfs(files: ReadonlyMap<string, Buffer>, dataNode?: string): Promise<string> {
  const url: string = await standIn((request) => {
    const [, path, operation] = /^GET \/(?:webhdfs\/v1|data)(\/.*)\?op=(\w+)$/.exec(request) ?? []
    if (operation === 'LISTSTATUS') {
      const names = [...files.keys()].filter((file) => file.startsWith(`${path}/`)).map((file) => file.split('/').pop())
      return names.length === 0
        ? undefined
        : { body: { FileStatuses: { FileStatus: names.map((pathSuffix) => ({ pathSuffix })) } } }
    }
    const bytes = files.get(path)
    if (bytes === undefined) return undefined
    if (request.startsWith('GET /data/')) return { body: bytes }
    return { status: 307, headers: { location: `${dataNode ?? url}/data${path}?op=OPEN` } }
  })
  return url
}

async function found(...manifests: FileEntry[][]): Promise<Finding[]> {
  return tableFindings(await hdfs(await tableFiles(SINK.location, manifests)), SINK, null)
}

test('connect/hdfs.json is such a sink; one that writes no table is none', () => {
  const config = JSON.parse(readFileSync(join(root, 'connect/hdfs.json'), 'utf8')) as Record<string, string>
  expect(tableSink('hdfs', config)).toEqual(SINK)
  expect(tableSink('x', { 'connector.class': 'y', topics: 'gpu.readings' })).toBeNull()
  expect(tableSink('hdfs', { ...config, 'iceberg.catalog.type': 'hive' })).toBeNull()
})

describe('a table', () => {
  test('with as many rows as offsets is complete, also where files overlap and some were replaced', async () => {
    const manifests: FileEntry[][] = [
      [
        { rows: 60, offsets: [0, 99] },
        { rows: 9, offsets: [0, 8], deleted: true },
      ],
      [{ rows: 1_440, offsets: [40, 1_499] }],
    ]
    expect(await found(...manifests)).toEqual([
      {
        health: 'well',
        what: 'table gpu.readings',
        text: 'topic gpu.readings, partition 0: rows: 1,500, offsets 0 to 1499: 1,500',
      },
    ])
  })

  test('with fewer rows misses some, unless a transactional producer wrote marks', async () => {
    const [one, ...others] = await found([{ rows: 90, offsets: [5, 99] }], [{ rows: 100, offsets: [100, 199] }])
    expect(others).toEqual([])
    expect(one.health).toBe('wrong')
    expect(one.text).toBe(
      'topic gpu.readings, partition 0: rows: 190, offsets 5 to 199: 195\n' +
        '5 rows at least are missing, unless a transactional producer writes the topic: its marks take offsets (gpumon produce is none)',
    )
    expect(one.fix).toMatch(
      /^PUT \/connectors\/hdfs\/stop, PATCH .* kafka_offset 5 for partition 0, .* then remove the rows/,
    )
  })

  test('with more rows has some twice; each partition is counted by itself', async () => {
    const all = await found([
      { rows: 100, offsets: [0, 99], partitions: [1, 1] },
      { rows: 20, offsets: [80, 99], partitions: [1, 1] },
      { rows: 10, offsets: [0, 9] },
    ])
    expect(all).toMatchObject([
      { health: 'well', text: expect.stringContaining('partition 0: rows: 10,') },
      { health: 'wrong', text: expect.stringMatching(/partition 1: rows: 120, .*\n20 rows at least are there twice$/) },
    ])
    expect(all[1].fix).toContain('_kafka_metadata_offset')
  })

  test('with a topic whose name the metadata cuts short is counted', async () => {
    const sink = { ...SINK, topics: ['gpu.readings', 'gpu.readings.of.the.lab'] }
    const files = await tableFiles(SINK.location, [
      [{ rows: 3, offsets: [0, 2], topics: ['gpu.readings.of.', 'gpu.readings.of/'] }],
    ])
    expect(await tableFindings(await hdfs(files), sink, null)).toMatchObject([
      { health: 'well', text: expect.stringContaining('topic gpu.readings.of.the.lab, partition 0: rows: 3') },
    ])
  })

  test.each<[string, FileEntry]>([
    ['has rows of several partitions', { rows: 3, offsets: [0, 2], partitions: [0, 1] }],
    ['does not tell bounds', { rows: 3, offsets: [0, 2], withoutBounds: true }],
    ['has rows of another topic', { rows: 3, offsets: [0, 2], topics: ['other', 'other'] }],
  ])('is not counted where a file %s, which is said', async (_, entry) => {
    expect(await found([{ rows: 10, offsets: [3, 12] }, entry])).toMatchObject([
      { health: 'note', text: expect.stringMatching(/^rows are not counted: not every file tells/) },
    ])
  })

  test('with snapshots of more than a month is noted, with what to do', async () => {
    const manifests: FileEntry[][] = [[{ rows: 10, offsets: [0, 9] }]]
    const found = async (snapshots: number) =>
      tableFindings(await hdfs(await tableFiles(SINK.location, manifests, { snapshots })), SINK, null)
    expect(await found(8_640)).toMatchObject([{ health: 'well' }])
    expect(await found(10_001)).toMatchObject([
      { health: 'well' },
      {
        health: 'note',
        text: expect.stringMatching(/^has 10,001 snapshots, /),
        fix: expect.stringContaining('connect/README.md'),
      },
    ])
  })

  test('that is not there, or has nothing yet, is noted', async () => {
    expect(await tableFindings(await hdfs(new Map()), SINK, null)).toMatchObject([
      {
        health: 'note',
        text: 'is not there yet: /warehouse/gpu/readings',
        fix: expect.stringContaining('connector hdfs'),
      },
    ])
    expect(await found()).toMatchObject([{ health: 'note', text: 'has no rows yet: /warehouse/gpu/readings' }])
  })

  test('whose rows somebody deleted, or whose metadata is broken, is an error with the file', async () => {
    const deleted = await tableFiles(SINK.location, [[{ rows: 1, offsets: [0, 0] }]], { deletes: true })
    await expect(tableFindings(await hdfs(deleted), SINK, null)).rejects.toThrow(
      'm0.avro: rows of the table were deleted',
    )
    const files = await tableFiles(SINK.location, [[{ rows: 1, offsets: [0, 0] }]])
    files.set('/warehouse/gpu/readings/metadata/m0.avro', Buffer.from('no Avro at all'))
    await expect(tableFindings(await hdfs(files), SINK, null)).rejects.toThrow(
      '/warehouse/gpu/readings/metadata/m0.avro cannot be read',
    )
    files.set('/warehouse/gpu/readings/metadata/v10.metadata.json', Buffer.from('{'))
    await expect(tableFindings(await hdfs(files), SINK, null)).rejects.toThrow('/metadata/v10.metadata.json is no JSON')
  })

  test('on a DataNode that is not reached from here is not counted, which is said with its address', async () => {
    const address = `127.0.0.1:${await freePort()}`
    const files = await tableFiles(SINK.location, [[{ rows: 1, offsets: [0, 0] }]])
    const [one] = await tableFindings(await hdfs(files, `http://${address}`), SINK, null)
    expect(one).toMatchObject({ health: 'note', fix: expect.stringContaining('in a container of the cluster') })
    expect(one.text).toContain(`v10.metadata.json does not answer at ${address}`)
  })
})

test('what is counted stays told when Kafka cannot be asked', async () => {
  const bootstrap = `127.0.0.1:${await freePort()}`
  const url = await hdfs(await tableFiles(SINK.location, [[{ rows: 1, offsets: [0, 0] }]]))
  expect(await tableFindings(url, SINK, { kafka: kafkaClient(bootstrap), bootstrap })).toMatchObject([
    { health: 'well' },
    { health: 'wrong', text: expect.stringContaining(bootstrap) },
  ])
})

describe('against Kafka', () => {
  const part = { topic: 'gpu.readings', partition: 0 }
  const table = [{ ...part, rows: 100, first: 10, last: 109 }]
  const against = (oldest: number, end: number, committed: number, parts = table) =>
    kafkaFindings('table gpu.readings', { ...part, oldest, end, committed }, parts, 'hdfs')

  test('a table that has all that was read is complete, whatever has expired or waits', () => {
    expect(against(10, 110, 110)).toEqual([])
    expect(against(50, 500, 110)).toEqual([])
    expect(against(0, 0, -1, [])).toEqual([])
  })

  test('a table whose sink Kafka has forgotten will get all rows a second time', () => {
    expect(against(10, 110, -1)).toMatchObject([
      {
        health: 'wrong',
        text: expect.stringMatching(
          /^topic gpu\.readings, partition 0: .* offset 109, .* writes all rows a second time$/,
        ),
        fix: expect.stringContaining('PATCH /connectors/hdfs/offsets with kafka_offset 110 for partition 0,'),
      },
    ])
  })

  test('records before the first row are missing', () => {
    expect(against(4, 110, 110)).toMatchObject([
      {
        health: 'wrong',
        text: 'topic gpu.readings, partition 0: Kafka has offsets 4 to 9, the table does not',
        fix: expect.stringContaining('PATCH /connectors/hdfs/offsets with kafka_offset 4 for partition 0,'),
      },
    ])
  })

  test('what is read and not yet in the table is noted', () => {
    const text = 'topic gpu.readings, partition 0: offsets 110 to 119 are read and not in the table yet'
    expect(against(10, 120, 120)).toMatchObject([{ health: 'note', text }])
    expect(against(0, 120, 120, [])).toMatchObject([
      { health: 'note', text: expect.stringContaining('offsets 0 to 119') },
    ])
  })

  test('a topic that was made anew is told', () => {
    expect(against(0, 5, 5)).toMatchObject([
      {
        health: 'wrong',
        text: expect.stringContaining('goes to offset 109, the topic only to 4: it was deleted and made anew'),
      },
    ])
  })
})
