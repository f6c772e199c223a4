import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { start } from '../cli/gpumon.ts'
import { compose } from '../deploy/compose-file.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { describeWithServers } from './servers.ts'
import { identities, received, recordCount, removeTopic } from './topic-contents.ts'

const scratch = scratchFolder()

/** Page and producer of the profile demo, by the command lines of docker-compose.yml with this machine's places in them. */
describeWithServers('the demo of docker-compose.yml', ({ bootstrap, registry }) => {
  const running = new Set<ChildProcess>()
  beforeEach(() => removeTopic(bootstrap))
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL')
  })

  const logs = dirname(scratch.path('demo.txt'))
  const places: readonly (readonly [string, string])[] = [
    ['/logs', logs],
    ['kafka:29092', bootstrap],
    ['http://schema-registry:8081', registry],
    ['8790', '0'],
  ]
  function run(service: 'page' | 'producer'): ChildProcess {
    const { command = [] } = compose.services[service]
    const here = command.map((part) => places.reduce((text, [there, place]) => text.replace(there, place), part))
    const child = start(here, { GPUMON_TOKEN: 'secret' })
    child.stdout?.resume()
    child.stderr?.resume()
    running.add(child)
    return child
  }
  async function kill(child: ChildProcess): Promise<void> {
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
  }
  async function untilMoreThan(count: number): Promise<number> {
    for (;;) {
      const found = await recordCount(bootstrap)
      if (found > count) return found
      await sleep(200)
    }
  }

  test('goes on by the same names when either part, or both, are killed and started again', async () => {
    const page = run('page')
    while (!existsSync(join(logs, 'demo.txt'))) await sleep(50)
    const producer = run('producer')
    let sent = await untilMoreThan(3_600)
    await kill(page)
    const secondPage = run('page')
    sent = await untilMoreThan(sent + 2)
    await kill(producer)
    const secondProducer = run('producer')
    sent = await untilMoreThan(sent + 2)
    await Promise.all([kill(secondPage), kill(secondProducer)])
    run('page')
    run('producer')
    await untilMoreThan(sent + 2)
    const records = await received(bootstrap, registry)
    expect(identities(records).repeated).toBe(0)
    expect(new Set(records.map(({ value: { source, host } }) => `${host} ${source}`))).toEqual(
      new Set([`${hostname()} ${join(logs, 'demo.txt')}`]),
    )
    expect(compose.services['producer'].hostname).toBe('demo')
  }, 120_000)
})
