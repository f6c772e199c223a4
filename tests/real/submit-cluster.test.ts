import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gpumon } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { recordingProxy } from '../recording-proxy.ts'
import { startedConnect } from './connect.ts'
import { RunningServer } from './ksql-service.ts'
import { describeWithServers } from './servers.ts'
import { removeAllTopics } from './topic-records.ts'

const scratch = scratchFolder()

describeWithServers('a whole cluster', (servers) => {
  const { bootstrap } = servers

  test('is submitted to from nothing, does its work, is left alone by a second run, and the doctor finds nothing wrong', async () => {
    await removeAllTopics(bootstrap)
    const server = await RunningServer.start(servers, `submit_${randomUUID().slice(0, 8)}_`)
    await server.until('READY')
    const proxies = {
      server: await recordingProxy(server.url),
      registry: await recordingProxy(servers.registry),
      connect: await recordingProxy((await startedConnect(servers)).url),
    }
    const lines = scratch.path('lines.txt')
    const sink = scratch.write(
      'lines.json',
      JSON.stringify({
        'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
        'tasks.max': '1',
        topics: 'gpu.influx.readings',
        file: lines,
        'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'consumer.override.auto.offset.reset': 'earliest',
      }),
    )
    const addresses = Object.entries(proxies).flatMap(([name, { url }]) => [`--${name}`, url])
    const submitted = () => gpumon('submit', 'schemas', 'ksql', sink, ...addresses, '--bootstrap', bootstrap)
    const first = await submitted()
    expect(first.stderr).not.toContain('error')
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('all queries and tasks run') })

    const log = await scratch.simulated('card.txt', 500)
    const { code } = await gpumon(
      'produce',
      log,
      '--bootstrap',
      bootstrap,
      '--registry',
      servers.registry,
      '--timezone',
      'UTC',
    )
    expect(code).toBe(0)
    const arrived = () => (existsSync(lines) ? readFileSync(lines, 'utf8').split('\n').length - 1 : 0)
    await expect.poll(arrived).toBe(500)

    for (const proxy of Object.values(proxies)) proxy.takeWrites()
    const second = await submitted()
    expect(second).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^ {2}33 unchanged\n33 unchanged; /),
    })
    for (const proxy of Object.values(proxies)) expect(proxy.takeWrites()).toEqual([])

    const doctor = await gpumon('doctor', ...addresses, '--bootstrap', bootstrap)
    expect(doctor).toMatchObject({ code: 0, stderr: '' })
    expect(doctor.stdout).toMatch(/ok +topics +all \d+ that the statements need are there/)
    expect(doctor.stdout).toMatch(/ok +statements +all 30 are there/)
    expect(doctor.stdout).toMatch(/ok +connector lines, task 0 +RUNNING/)
    expect(await server.stop()).toMatchObject({ code: 0 })
  }, 240_000)
})
