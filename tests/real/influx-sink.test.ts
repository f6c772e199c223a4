import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { gpumon } from '../cli/gpumon.ts'
import { readLog } from '../gpuz/read-log.ts'
import { alertQueries, asSent, dashboards, queriesOf, tellingRows } from '../grafana/grafana-queries.ts'
import { describeWithInflux, type Influxd, TOKEN } from '../jobs/influxd.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { pointsOf } from '../ksql/influx-lines.ts'
import { sharedDir } from '../shared.ts'
import { faultyLog } from './faulty-log.ts'
import { type Answer, InfluxSink } from './influx-sink.ts'
import { startedInfluxdb } from './influxdb.ts'
import { RunningServer } from './ksql-service.ts'
import { clusterStatements, EARLIEST } from './product-on-kafka.ts'
import { describeWithServers } from './servers.ts'
import { TOPIC } from './topic-contents.ts'
import { type CommittedRecord, committedRecords, removeAllTopics } from './topic-records.ts'

const ROWS = 12_600
const FAULTY_ROWS = 240
const realLogs = sharedDir === null ? [] : [join(sharedDir, 'gpuz/logs/nvidia-rtx4060-2024.txt')]
const realRows = realLogs.reduce((sum, log) => sum + readLog(readFileSync(log)).rows.length, 0)
const ALL_ROWS = ROWS + FAULTY_ROWS + realRows
/** Of docker-compose.yml, which connect/influxdb.json writes to. */
const BUCKET = 'gpu'

const scratch = scratchFolder()

describeWithServers('connect/influxdb.json', (servers) => {
  const { bootstrap, registry } = servers

  describeWithInflux('what gpumon produce sends comes through the statements on Kafka into InfluxDB', () => {
    let influxd: Influxd
    const sink = (): InfluxSink => new InfluxSink(influxd.url, TOKEN)
    let lines: ReadonlyMap<string, readonly string[]>
    let answers: readonly Answer[]

    beforeAll(async () => {
      influxd = await startedInfluxdb(servers)
      await removeAllTopics(bootstrap)
      const end = Math.floor(Date.now() / 1_000) * 1_000
      const logs = [
        await scratch.simulated('simulated.txt', ROWS, 1, end - ROWS * 1_000),
        scratch.write('faulty.txt', faultyLog(end, FAULTY_ROWS)),
        ...realLogs,
      ]
      const cluster = ['--bootstrap', bootstrap, '--registry', registry]
      expect(await gpumon('produce', ...logs, '--timezone', 'UTC', ...cluster)).toMatchObject({ code: 0, stderr: '' })
      await derive()
      const { topics } = sink()
      const records = await committedRecords(bootstrap, topics)
      lines = new Map(topics.map((topic) => [topic, texts(records.get(topic) ?? [])]))
      answers = await sink().put([...lines.values()].flat())
    }, 300_000)

    /** The statements on all readings, by a server that is killed half way and started again. */
    async function derive(): Promise<void> {
      const service = `influx-${process.pid}`
      const killed = await (await RunningServer.start(servers, service)).until('READY')
      await killed.client.execute((await clusterStatements()).join('\n'), EARLIEST)
      await killed.untilProcessed(TOPIC, ROWS / 2)
      await killed.kill()
      const server = await RunningServer.start(servers, service)
      await server.untilProcessed(TOPIC, ALL_ROWS)
      expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
    }

    test('a reading is a line, and every request is taken whole', () => {
      expect(lines.get('gpu.influx.readings')).toHaveLength(ALL_ROWS)
      expect(new Set(lines.get('gpu.influx.readings')).size).toBe(ALL_ROWS)
      expect(answers.filter(({ status }) => status !== 204)).toEqual([])
    })

    test.skipIf(realLogs.length === 0)(
      'every reading of a real log is there, with the power that the log has',
      async () => {
        const { rows } = readLog(readFileSync(realLogs[0]))
        const stored =
          await influxd.query(`from(bucket: "${BUCKET}") |> range(start: 2024-01-01T00:00:00Z, stop: 2025-01-01T00:00:00Z)
        |> filter(fn: (r) => r._measurement == "gpu_reading" and r._field == "board_power") |> sort(columns: ["_time"])`)
        expect(stored.map((row) => Number(row['_value']))).toEqual(rows.map((row) => row['board_power']))
      },
    )

    test('every point is stored, with every field', async () => {
      const expected = new Map<string, number>()
      for (const [name, point] of pointsOf([...lines.values()].flat())) {
        const measurement = /\bgpu_(reading|minute|episode)\b/.exec(name)?.[0]
        for (const field of Object.keys(point)) {
          const place = `${measurement} ${field}`
          expected.set(place, (expected.get(place) ?? 0) + 1)
        }
      }
      const rows = await influxd.query(`from(bucket: "${BUCKET}") |> range(start: 0, stop: 2100-01-01T00:00:00Z)
        |> filter(fn: (r) => r._measurement =~ /^gpu_/) |> group(columns: ["_measurement", "_field"]) |> count()`)
      const stored = rows.map((row) => [`${row['_measurement']} ${row['_field']}`, Number(row['_value'])] as const)
      expect(new Map(stored)).toEqual(expected)
    })

    test.each([...dashboards.flatMap(queriesOf), ...alertQueries].map((query) => [query.place, query] as const))(
      '%s gives rows',
      async (_, query) => {
        expect(tellingRows(await influxd.query(asSent(query, BUCKET)))).not.toEqual([])
      },
    )
  })

  // connect/README.md builds on these: tests of the server, not of ours.
  describeWithInflux('InfluxDB', () => {
    let influxd: Influxd
    let sink: InfluxSink
    const line = (name: string, value: number | string, time: number): string =>
      `${name},device=a value=${value} ${time}`

    beforeAll(async () => {
      influxd = await startedInfluxdb(servers)
      sink = new InfluxSink(influxd.url, TOKEN)
    }, 60_000)

    test('drops a whole request for one line that it cannot read', async () => {
      const [answer] = await sink.put([line('bad', 1, Date.now()), 'bad,device=a value= 1', line('bad', 2, Date.now())])
      expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('unable to parse') })
      expect(await influxd.count('bad', 'value')).toBe(0)
    })

    test('stores the other lines of a request where one has another type', async () => {
      const [, answer] = [
        await sink.put([line('typed', 1, Date.now())]),
        await sink.put([line('typed', '"text"', Date.now() + 1), line('typed', 2, Date.now() + 2)]),
      ]
      expect(answer).toMatchObject([{ status: 422, text: expect.stringContaining('partial write') }])
      expect(await influxd.count('typed', 'value')).toBe(2)
    })

    test('replaces a point by the same one: what is sent again is there once', async () => {
      const time = Date.now()
      await sink.put([line('again', 1, time)])
      await sink.put([line('again', 1, time)])
      expect(await influxd.count('again', 'value')).toBe(1)
    })

    test('hides points of the future from a range without an end', async () => {
      await sink.put([line('future', 1, Date.now() + 60_000)])
      expect(await influxd.count('future', 'value')).toBe(1)
      expect(
        await influxd.query(
          `from(bucket: "${BUCKET}") |> range(start: -1h) |> filter(fn: (r) => r._measurement == "future")`,
        ),
      ).toEqual([])
    })
  })
})

/** Those without a value, which the sink's transform drops, are none. */
function texts(records: readonly CommittedRecord[]): string[] {
  return records.flatMap(({ value }) => value?.toString('utf8') ?? [])
}
