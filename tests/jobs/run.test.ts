import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { type Episode, type RunResult, run } from '../../jobs/run.ts'
import { scratchFolder } from './scratch.ts'
import { smallStatements } from './small-statements.ts'

const scratch = scratchFolder()

const base = { timezone: 'UTC', statements: smallStatements }

function withoutTime({ seconds, ...rest }: RunResult): Omit<RunResult, 'seconds'> {
  expect(seconds).toBeGreaterThanOrEqual(0)
  return rest
}

const HEADER = '        Date        , GPU Temperature [°C] , GPU Load [%] ,\r\n'
const row = (second: number, temperature: number | '-', load: number): string => {
  const date = new Date(Date.UTC(2024, 0, 1) + second * 1000).toISOString().replace('T', ' ').slice(0, 19)
  return `${date} , ${String(temperature).padStart(17)}    , ${String(load).padStart(9)}    ,\r\n`
}
/** A log of one reading a second from `start` on, with these temperatures. */
const log = (start: number, ...temperatures: (number | '-')[]): string =>
  HEADER + temperatures.map((t, i) => row(start + i, t, 0)).join('')

async function episodesOf(options: Parameters<typeof run>[0]) {
  const told: string[] = []
  const result = await run(options, {
    onEpisode: ({ kind, episode: { device, rule, started, ended, count, peak, bound } }) => {
      const at = (ms: number): number => (ms - Date.UTC(2024, 0, 1)) / 1000
      told.push(`${kind} ${device} ${rule} ${at(started)}-${at(ended)} n=${count} ${peak}>${bound}`)
    },
  })
  return { told, result }
}

describe('a run', () => {
  test('tells of episodes as they open and close, and sums up', async () => {
    const path = scratch.write('card.txt', log(0, 70, 81, 85, '-', 83, 70) + row(60, 90, 99) + row(61, 60, 0))
    const { told, result } = await episodesOf({ ...base, logs: [path] })
    expect(told).toEqual([
      'opened card gpu-hot 1-1 n=1 81>80',
      'closed card gpu-hot 1-4 n=3 85>80',
      'opened card gpu-hot 60-60 n=1 90>80',
      'opened card load-high 60-60 n=1 99>95',
      'closed card gpu-hot 60-60 n=1 90>80',
      'closed card load-high 60-60 n=1 99>95',
    ])
    expect(result).toMatchObject({
      rows: 8,
      rejects: 0,
      alerts: { 'gpu-hot': 4, 'load-high': 1 },
      episodes: 3,
      windows: { 'gpu.stats.1m': 2 },
      starts: 1,
      gaps: 1,
      firstTs: Date.UTC(2024, 0, 1),
      lastTs: Date.UTC(2024, 0, 1, 0, 1, 1),
      errors: [],
      late: {},
    })
    expect(result.episodesByRule.map(({ rule, count, total }) => [rule, count, total])).toEqual([
      ['gpu-hot', 2, 3000],
      ['load-high', 1, 0],
    ])
    expect(result.hottestMinutes).toEqual([
      { device: 'card', start: Date.UTC(2024, 0, 1), average: 77.8, max: 85 },
      { device: 'card', start: Date.UTC(2024, 0, 1, 0, 1), average: 75, max: 90 },
    ])
  })

  test('counts what it could not read, by reason and sensor', async () => {
    const path = scratch.write(
      'bad.txt',
      `${log(0, 50, 60)}yesterday , 1 , 2 ,\r\n${row(2, 747_757, 0)}${row(3, 50, 0).replace('50', 'x7')}`,
    )
    const result = await run({ ...base, logs: [path] })
    expect(result).toMatchObject({ rows: 4, rejects: 1, rejectsByReason: { 'no-date': 1 } })
    expect(result.rejectExamples).toMatchObject([{ log: path, line: 4, reason: 'no-date' }])
    expect(result.sensorTroubles).toMatchObject([
      { device: 'bad', field: 'gpu_temperature', unreadable: 1, implausible: 1, example: 'x7' },
    ])
  })

  test('merges the logs of several devices by time, so that none is late', async () => {
    const [one, two] = [await scratch.simulated('one.txt', 3_000, 1), await scratch.simulated('two.txt', 3_000, 2)]
    const [a, b, both] = await Promise.all([[one], [two], [one, two]].map((logs) => run({ ...base, logs })))
    expect(both.rows).toBe(6_000)
    expect(both.late).toEqual({})
    expect(both.episodes).toBe(a.episodes + b.episodes)
    for (const rule of ['gpu-hot', 'load-high']) {
      expect(both.alerts[rule]).toBe((a.alerts[rule] ?? 0) + (b.alerts[rule] ?? 0))
    }
    expect(both.windows['gpu.stats.1m']).toBe(a.windows['gpu.stats.1m'] + b.windows['gpu.stats.1m'])
    expect(both.energy).toEqual({ ...a.energy, ...b.energy })
  })

  test('gives the same whatever the pieces the log is read in', async () => {
    const path = await scratch.simulated('same.txt', 6_000, 3)
    const zip = scratch.write('same.zip', zipSync({ 'same.txt': readFileSync(path) }))
    const [plain, packed] = await Promise.all([
      episodesOf({ ...base, logs: [path] }),
      episodesOf({ ...base, logs: [zip] }),
    ])
    expect(plain.told.length).toBeGreaterThan(0)
    // An episode is told to open with what its first batch knows: only then and of which rule is sure.
    const closed = (told: string[]): string[] => told.filter((line) => line.startsWith('closed'))
    expect(closed(packed.told)).toEqual(closed(plain.told))
    expect(withoutTime(packed.result)).toEqual(withoutTime(plain.result))
  })

  test('names a device by --device, and refuses one name for two', async () => {
    const path = scratch.write('named.txt', log(0, 90))
    const devices = new Set<string>()
    const onEpisode = ({ episode }: { episode: Episode }) => devices.add(episode.device)
    await run({ ...base, logs: [path], device: 'rig 7' }, { onEpisode })
    expect([...devices]).toEqual(['rig 7'])
    const other = scratch.write('other.txt', log(0, 90))
    await expect(run({ ...base, logs: [path, other], device: 'x' })).rejects.toThrow(/names one device/)
    await expect(run({ ...base, logs: [path, other], device: 'x', follow: true })).rejects.toThrow(/names one device/)
  })

  test('says of a broken statement where it is broken', async () => {
    const path = scratch.write('fine.txt', log(0, 90))
    const broken = {
      name: 'my.ksql',
      text: "SET 'a' = 'b';\r\n\tCREATE STREAM x AS SELECT gpu_temprature FROM gpu_readings;",
    }
    await expect(run({ ...base, statements: [smallStatements[0], broken], logs: [path] })).rejects.toThrow(
      [
        "my.ksql:2:28: SELECT column 'GPU_TEMPRATURE' cannot be resolved.",
        '    2 | \tCREATE STREAM x AS SELECT gpu_temprature FROM gpu_readings;',
        '      | \t                          ^',
        'Did you mean GPU_TEMPERATURE?',
      ].join('\n'),
    )
  })
})

describe('a replay', () => {
  test('in a loop goes on in time, until aborted', async () => {
    const path = scratch.write('loop.txt', log(0, ...Array.from({ length: 40 }, (_, i) => (i < 5 ? 90 : 50))))
    const end = new AbortController()
    const progress = ({ rows, share }: { rows: number; share: number | null }): void => {
      expect(share).toBeNull()
      if (rows >= 120) end.abort()
    }
    const result = await run({ ...base, logs: [path], loop: true, signal: end.signal }, { onProgress: progress })
    // The hot seconds of each pass are 36 s after those of the one before: episodes of their own.
    expect(result).toMatchObject({ rows: 120, episodes: 3, alerts: { 'gpu-hot': 15 }, late: {} })
    expect(result.lastTs).toBe(Date.UTC(2024, 0, 1, 0, 0, 119))
  })

  test('at a speed takes its time, and is told as it happens', async () => {
    const path = scratch.write('paced.txt', log(0, 50, 90, 50, 50, 50, 50))
    const live = new Set<boolean>()
    const { seconds } = await run({ ...base, logs: [path], speed: 10 }, { onEpisode: (event) => live.add(event.live) })
    expect(seconds).toBeGreaterThan(0.45)
    expect([...live]).toEqual([true])
  })
})

describe('following', () => {
  const later = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((next) => setTimeout(next, 5))
  }

  test('tells of the past first, then of what is appended; goes on after a rotation', async () => {
    const path = scratch.write('live.txt', log(0, 50, 90, 50))
    const told: string[] = []
    const notices: string[] = []
    let rows = 0
    const end = new AbortController()
    const running = run(
      { ...base, logs: [path], follow: true, intervalMs: 10, signal: end.signal },
      {
        onProgress: (progress) => {
          rows = progress.rows
        },
        onEpisode: ({ kind, live }) => told.push(`${kind} ${live ? 'now' : 'then'}`),
        onNotice: (text) => notices.push(text),
      },
    )
    await later(() => rows === 3)
    expect(told).toEqual(['opened then'])
    appendFileSync(path, row(60, 91, 0).slice(0, 30))
    appendFileSync(path, row(60, 91, 0).slice(30))
    await later(() => rows === 4)
    expect(told).toEqual(['opened then', 'closed now', 'opened now'])
    renameSync(path, scratch.path('live-old.txt'))
    writeFileSync(path, log(120, 50, 92))
    await later(() => rows === 6)
    expect(notices).toContain(`${path} was rotated, reading goes on with the new log`)
    end.abort()
    const result = await running
    expect(result).toMatchObject({ rows: 6, episodes: 3, starts: 2, rejects: 0, windows: { 'gpu.stats.1m': 3 } })
  })

  test('waits for a log that is not there yet', async () => {
    const path = scratch.path('not-yet.txt')
    const notices: string[] = []
    const end = new AbortController()
    let rows = 0
    const running = run(
      { ...base, logs: [path], follow: true, intervalMs: 10, signal: end.signal },
      {
        onProgress: (progress) => {
          rows = progress.rows
        },
        onNotice: (text) => notices.push(text),
      },
    )
    await later(() => notices.length > 0)
    writeFileSync(path, log(0, 50))
    await later(() => rows === 1)
    end.abort()
    expect(await running).toMatchObject({ rows: 1, episodes: 0 })
    expect(notices).toEqual([`${path} is not there (yet); waiting for it`])
  })

  test('reads several backlogs as one, by time', async () => {
    const [one, two] = [await scratch.simulated('f1.txt', 2_000, 1), await scratch.simulated('f2.txt', 500, 2)]
    const end = new AbortController()
    const onProgress = ({ rows }: { rows: number }): void => {
      if (rows === 2_500) end.abort()
    }
    const options = { ...base, logs: [one, two] }
    const followed = await run({ ...options, follow: true, intervalMs: 10, signal: end.signal }, { onProgress })
    expect(withoutTime(followed)).toEqual(withoutTime(await run(options)))
  })

  test('refuses what does not grow, and what contradicts it', async () => {
    const zip = scratch.write('z.zip', zipSync({ 'a.txt': strToU8('x') }))
    await expect(run({ ...base, logs: [zip], follow: true })).rejects.toThrow(/nothing is appended to it/)
    await expect(run({ ...base, logs: [zip], follow: true, loop: true })).rejects.toThrow(/choose one/)
    await expect(run({ ...base, logs: [] })).rejects.toThrow(/no log is given/)
  })
})
