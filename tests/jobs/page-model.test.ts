import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, test, vi } from 'vitest'
import type { MonitorListener } from '../../jobs/monitor.ts'
import { episodeInfo, MonitorModel } from '../../jobs/page-model.ts'
import { PipelineState } from '../../jobs/pipeline-state.ts'
import type { LiveEvent } from '../../web/model.ts'
import { Refusal } from '../../web/refusal.ts'
import { Followed, monitored } from './monitored.ts'
import { NOON, rows } from './rows-from-noon.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()

/** A model on a monitor, wired as the program does it. */
async function modelled(
  store: string,
  work: (model: MonitorModel, ...of: Parameters<Parameters<typeof monitored>[1]>) => Promise<void>,
  listener: MonitorListener = {},
  simulated = false,
): Promise<void> {
  const state = new PipelineState()
  const told: MonitorListener = {
    ...listener,
    onNotice: (text) => state.notice(text),
    onCheckpoint: () => {
      state.checkpointed()
      model?.changed()
    },
  }
  let model: MonitorModel | null = null
  await monitored(
    scratch.path(store),
    (monitor, session) => {
      model = new MonitorModel(monitor, session, state, '1.2.3')
      return work(model, monitor, session)
    },
    told,
    { simulated },
  )
}

function log(temperatures: readonly number[]): string {
  return `Date , GPU Temperature [C] , Flux [Wb] ,\r\n${rows(temperatures)}`
}

function bytesOf(content: string | Uint8Array): ReadableStream<Uint8Array> {
  return new Blob([typeof content === 'string' ? content : new Uint8Array(content)]).stream()
}

async function refusal(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(Refusal)
  return error as Refusal
}

function droppedFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('gpumon-dropped-'))
}

describe('the state of the page', () => {
  test('without a device is empty, with the limits there are', async () => {
    await modelled('empty.duckdb', async (model) => {
      expect(await model.state()).toMatchObject({
        version: '1.2.3',
        zone: { id: 'UTC', offsets: [{ since: 0, offset: 0 }] },
        devices: [],
        sensors: [],
        limits: { devices: {} },
        pipeline: { rows: 0, progress: null, lagMs: null, rejects: [], troubles: [], errors: [], notices: [] },
      })
    })
  })

  test('has devices with their sensors, what is live, and what was rejected', async () => {
    const path = scratch.write('live.txt', `${log([50, 51])}no row\r\n`)
    await modelled('live.duckdb', async (model, monitor) => {
      const followed = new Followed(monitor, 'card', path)
      await followed.reaches(2)
      while (followed.pipeline.progress.bytes === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await monitor.checkpoint()
      const { devices, sensors, pipeline } = await model.state()
      expect(devices).toEqual([
        {
          device: 'card',
          first: NOON,
          last: NOON + 1000,
          rows: 2,
          sensors: ['gpu_temperature'],
          latest: { gpu_temperature: 51 },
          live: true,
          simulated: false,
        },
      ])
      expect(sensors).toEqual([{ field: 'gpu_temperature', label: 'GPU Temperature', unit: '°C', kind: 'temperature' }])
      expect(pipeline).toMatchObject({ rows: 2, progress: null })
      expect(pipeline.lagMs).toBeGreaterThan(Date.now() - NOON - 60_000)
      expect(Date.now() - (pipeline.checkpointAt ?? 0)).toBeLessThan(60_000)
      expect(pipeline.rejects).toMatchObject([{ count: 1, examples: [{ log: path, line: 4, firstBytes: 'no row' }] }])
      await followed.stop()
    })
  })

  test('and its charts are answered from memory while nothing changes, and anew after a checkpoint', async () => {
    const path = scratch.write('again.txt', log([50, 51]))
    await modelled('again.duckdb', async (model, monitor, session) => {
      const followed = new Followed(monitor, 'card', path)
      await followed.reaches(2)
      await monitor.checkpoint()
      const asked = vi.spyOn(session, 'ask')
      const span = { device: 'card', from: NOON, to: NOON + 60_000 }
      const look = async () => {
        const { devices } = await model.state()
        const { t } = await model.range(span, ['gpu_temperature'], 500)
        return [devices[0].rows, t.length]
      }
      expect([await look(), await look(), await look()]).toEqual(Array(3).fill([2, 2]))
      expect(asked.mock.calls.map(([query]) => query)).toEqual(['devices', 'range'])
      appendFileSync(path, '2024-06-01 12:00:02 , 52.0 , 1.0 ,\r\n')
      await followed.reaches(3)
      await monitor.checkpoint()
      expect(await look()).toEqual([3, 3])
      await expect(model.range(span, ['no_sensor'], 500)).rejects.toThrow(Refusal)
      await expect(model.range(span, ['no_sensor'], 500)).rejects.toThrow(Refusal)
      await followed.stop()
    })
  })

  test('episodes come with what they mean and what to do', async () => {
    const path = scratch.write('hot.txt', log([50, 90, 91, 50]))
    const live: string[] = []
    const onEpisode: MonitorListener['onEpisode'] = (kind, episode) =>
      live.push(`${kind} ${episodeInfo(episode).title}`)
    await modelled(
      'hot.duckdb',
      async (model, monitor) => {
        const followed = new Followed(monitor, 'card', path)
        await followed.reaches(4)
        await monitor.checkpoint()
        const episodes = await model.episodes({ device: 'card' })
        expect(episodes.map(({ rule, open, peak }) => [rule, open, peak])).toEqual([
          ['gpu-critical', true, 91],
          ['temperature-jump', true, 40],
          ['gpu-hot', true, 90],
        ])
        for (const { title, todo, evidence } of episodes) {
          expect([title, todo, evidence].every((words) => words.length > 5)).toBe(true)
        }
        expect(episodes[2]).toMatchObject({ severity: 'warning', evidence: expect.stringContaining('90') })
        expect(live).toContain(`opened ${episodes[0].title}`)
        expect(await model.episodes({ from: NOON + 3000 })).toEqual([])
        expect(await refusal(model.episodes({ device: 'none' }))).toMatchObject({ status: 404 })
        await followed.stop()
      },
      { onEpisode },
    )
  })
})

test('beside a simulation only its own readings are called simulated', async () => {
  const path = scratch.write('simulation.txt', log([50, 51]))
  await modelled(
    'simulation.duckdb',
    async (model, monitor) => {
      const followed = new Followed(monitor, 'simulated', path)
      await followed.reaches(2)
      await monitor.checkpoint()
      await model.addLog('mine.txt', 'UTC', new Blob([log([60])]).stream())
      const { devices } = await model.state()
      expect(devices.map(({ device, simulated }) => [device, simulated])).toEqual([
        ['simulated', true],
        ['mine', false],
      ])
      await followed.stop()
    },
    {},
    true,
  )
})

describe('a limit that is put', () => {
  test('acts on the next reading, is told to pages, and can be taken back', async () => {
    const path = scratch.write('limit.txt', log([60]))
    await modelled('limit.duckdb', async (model, monitor) => {
      const followed = new Followed(monitor, 'card', path)
      await followed.reaches(1)
      await monitor.checkpoint()
      const events: LiveEvent[] = []
      const end = model.subscribe((event) => events.push(event))
      const limits = await model.putLimit('card', 'gpu_temperature_max', 55)
      expect(limits.devices).toEqual({ card: { gpu_temperature_max: 55 } })
      expect(events).toEqual([{ event: 'limits', data: limits }])
      end()
      expect(await model.limits()).toEqual(limits)
      appendFileSync(path, rows([61], 1))
      await followed.reaches(2)
      await monitor.checkpoint()
      expect(await model.episodes({})).toMatchObject([{ rule: 'gpu-hot', peak: 61, bound: 55 }])
      expect((await model.putLimit('card', 'gpu_temperature_max', null)).devices).toEqual({ card: {} })
      expect(events).toHaveLength(1)
      await followed.stop()
    })
  })

  test('is refused for a limit or a device that is not known, with those that are', async () => {
    const path = scratch.write('refused.txt', log([60]))
    await modelled('refused.duckdb', async (model, monitor) => {
      const followed = new Followed(monitor, 'card', path)
      await followed.reaches(1)
      await monitor.checkpoint()
      const limit = await refusal(model.putLimit('card', 'fan_max', 55))
      expect(limit).toMatchObject({ status: 404, message: 'there is no limit fan_max' })
      expect(limit.fix).toContain('gpu_temperature_max, gpu_temperature_critical')
      const device = await refusal(model.putLimit('cart', 'gpu_temperature_max', 55))
      expect(device).toMatchObject({ status: 404, message: 'there is no device cart', fix: 'Devices are card.' })
      expect((await model.limits()).devices).toEqual({})
      await followed.stop()
    })
  })
})

describe('a log that is dropped on the page', () => {
  test('becomes a device, and is known again', async () => {
    const before = droppedFolders()
    await modelled('drop.duckdb', async (model) => {
      const events: LiveEvent[] = []
      model.subscribe((event) => events.push(event))
      expect(await model.addLog('before.txt', 'UTC', bytesOf(log([50, 51])))).toEqual({
        devices: ['before'],
        notices: [],
      })
      expect(events).toEqual([{ event: 'devices' }])
      const { devices, pipeline } = await model.state()
      expect(devices).toMatchObject([{ device: 'before', rows: 2, live: false }])
      expect(pipeline).toMatchObject({ rows: 2, progress: null, lagMs: null })

      const again = await refusal(model.addLog('before.txt', 'UTC', bytesOf(log([50, 51]))))
      expect(again).toMatchObject({ status: 400, message: expect.stringContaining('is in the store already') })
      // same name, other content
      expect((await model.addLog('before.txt', 'UTC', bytesOf(log([70])))).devices).toEqual(['before (2)'])
      expect((await model.state()).devices.map(({ device, rows }) => [device, rows])).toEqual([
        ['before', 2],
        ['before (2)', 1],
      ])
    })
    await modelled('drop.duckdb', async (model) => {
      expect(await refusal(model.addLog('before.txt', 'UTC', bytesOf(log([50, 51]))))).toMatchObject({ status: 400 })
      expect((await model.addLog('before.txt', 'UTC', bytesOf(log([71])))).devices).toEqual(['before (3)'])
    })
    expect(droppedFolders()).toEqual(before)
  })

  test('may be a .zip of several, with things that are no logs', async () => {
    const zip = zipSync({
      'a/GPU-Z Sensor Log.txt': strToU8(log([50])),
      'b/GPU-Z Sensor Log.txt': strToU8(log([60, 61])),
      'readme.txt': strToU8('how to read these\n'),
      'picture.png': new Uint8Array([0x89, 0x50, 0x4e, 0x47]),
    })
    await modelled('zip.duckdb', async (model) => {
      const { devices, notices } = await model.addLog('logs.zip', 'UTC', bytesOf(zip))
      expect(devices).toEqual(['GPU-Z Sensor Log', 'GPU-Z Sensor Log (2)'])
      expect(notices).toEqual([
        expect.stringMatching(/^logs\.zip: picture\.png is left out: /),
        expect.stringContaining('readme.txt is no GPU-Z sensor log'),
      ])
      const { devices: known, pipeline } = await model.state()
      expect(known.map(({ device, rows }) => [device, rows])).toEqual([
        ['GPU-Z Sensor Log', 1],
        ['GPU-Z Sensor Log (2)', 2],
      ])
      // what could not be read is not waited for
      expect(pipeline.progress).toBeNull()
    })
  })

  test.each([
    ['notes.txt', 'dear diary\n', 'is no GPU-Z sensor log'],
    ['empty.txt', '', ''],
    ['nothing.zip', zipSync({}), ''],
    ['picture.zip', zipSync({ 'picture.png': new Uint8Array([1, 2, 3]) }), 'no log in this .zip'],
    ['cut.zip', zipSync({ 'a.txt': strToU8(log([50])) }).subarray(0, 60), ''],
  ])('is refused when it is none: %s', async (name, content, why) => {
    const before = droppedFolders()
    await modelled(`no-${name}.duckdb`, async (model) => {
      const { status, message } = await refusal(model.addLog(name, 'UTC', bytesOf(content)))
      expect(status).toBe(400)
      expect(message).toContain(name)
      expect(message).toContain(why)
      // folders of this program are nothing to a person
      expect(message).not.toContain(tmpdir())
      expect((await model.state()).devices).toEqual([])
    })
    expect(droppedFolders()).toEqual(before)
    expect(existsSync(scratch.path(name))).toBe(false)
  })

  test('whose packed bytes are damaged leaves nothing', async () => {
    const text = log(Array.from({ length: 3000 }, (_, i) => 50 + (i % 20)))
    const zip = Buffer.from(zipSync({ 'a.txt': strToU8(text) }, { level: 0 }))
    zip[zip.indexOf('Flux') + 60_000] ^= 1
    await modelled('damaged.duckdb', async (model, monitor) => {
      const { status, message } = await refusal(model.addLog('damaged.zip', 'UTC', bytesOf(zip)))
      expect({ status, message }).toMatchObject({ status: 400, message: expect.stringContaining('damaged.zip') })
      expect(message).not.toContain(tmpdir())
      expect(monitor.pipelines).toEqual([])
      expect((await model.state()).devices).toMatchObject([{ rows: 0 }])
    })
  })
})

test('a real .zip of a simulated log gives what the log gives', async () => {
  const path = await scratch.simulated('card.txt', 1000)
  await modelled('one.duckdb', async (model) => {
    const plain = await model.addLog('card.txt', 'UTC', bytesOf(readFileSync(path)))
    const zipped = await model.addLog('card.zip', 'UTC', bytesOf(zipSync({ 'card.txt': readFileSync(path) })))
    expect([plain.devices, zipped.devices]).toEqual([['card'], ['card (2)']])
    const episodes = async (device: string) =>
      (await model.episodes({ device })).map(({ id: _, device: __, ...episode }) => episode)
    expect(await episodes('card (2)')).toEqual(await episodes('card'))
    expect((await episodes('card')).length).toBeGreaterThan(3)
  })
})
