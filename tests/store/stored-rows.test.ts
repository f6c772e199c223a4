import { describe, expect, test } from 'vitest'
import { readDevices } from '../../store/devices.ts'
import { readEpisodes } from '../../store/episodes.ts'
import { readSessions } from '../../store/sessions.ts'
import { START } from './readings.ts'
import { storeOf } from './store-of.ts'

const TWO_DEVICES = [
  { device: 'b', ts: START, gpu_load: 1, gpu_clock: 300, hot_spot: null },
  { device: 'a', ts: START + 500, gpu_load: 2, hot_spot: 70 },
  { device: 'b', ts: START + 2000, gpu_load: null, gpu_clock: 310 },
  { device: 'b', ts: START + 1000, gpu_load: 3, gpu_clock: 320 },
]

describe('devices', () => {
  test('have first, last and number of readings, their sensors, and the last row of each', async () => {
    expect(await readDevices(await storeOf(TWO_DEVICES))).toEqual([
      {
        device: 'b',
        first: START,
        last: START + 2000,
        rows: 3,
        sensors: ['gpu_clock', 'gpu_load'],
        latest: { gpu_clock: 310, gpu_load: null },
      },
      {
        device: 'a',
        first: START + 500,
        last: START + 500,
        rows: 1,
        sensors: ['hot_spot', 'gpu_load'],
        latest: { hot_spot: 70, gpu_load: 2 },
      },
    ])
  })

  test('that have no readings yet are there', async () => {
    const connection = await storeOf([])
    expect(await readDevices(connection)).toEqual([])
    await connection.run("INSERT INTO devices VALUES (1, 'new')")
    expect(await readDevices(connection)).toEqual([
      { device: 'new', first: null, last: null, rows: 0, sensors: [], latest: {} },
    ])
  })
})

describe('episodes', () => {
  async function store() {
    const connection = await storeOf(TWO_DEVICES)
    for (const [id, device, started, ended] of [
      [1, 'a', 0, 10],
      [2, 'b', 20, 30],
      [3, 'a', 20, 40],
    ] as const)
      await connection.run(
        "INSERT INTO episodes VALUES ($1, $2, 'gpu-hot', 'warning', 'gpu_temperature', make_timestamp_ms($3::BIGINT), make_timestamp_ms($4::BIGINT), 7, 91.5, NULL, $5)",
        [id, device, START + started, START + ended, id === 3],
      )
    return connection
  }

  test('are told as stored, newest first', async () => {
    const episodes = await readEpisodes(await store(), {})
    expect(episodes.map(({ id }) => id)).toEqual([3, 2, 1])
    expect(episodes[0]).toEqual({
      id: 3,
      device: 'a',
      rule: 'gpu-hot',
      severity: 'warning',
      sensor: 'gpu_temperature',
      started: START + 20,
      ended: START + 40,
      count: 7,
      peak: 91.5,
      bound: null,
      open: true,
    })
  })

  test('are those of a device and those that overlap a time', async () => {
    const connection = await store()
    const ids = async (query: object) => (await readEpisodes(connection, query)).map(({ id }) => id)
    expect(await ids({ device: 'a' })).toEqual([3, 1])
    expect(await ids({ from: START + 10, to: START + 19 })).toEqual([1])
    expect(await ids({ from: START + 11 })).toEqual([3, 2])
    expect(await ids({ to: START + 19 })).toEqual([1])
    expect(await ids({ device: 'b', from: START + 31 })).toEqual([])
    await expect(ids({ device: 'c' })).rejects.toMatchObject({ kind: 'unknown' })
    await expect(ids({ from: Number.NaN })).rejects.toMatchObject({ kind: 'invalid' })
  })
})

describe('sessions', () => {
  test('are those of their device, oldest first', async () => {
    const connection = await storeOf(TWO_DEVICES)
    for (const [id, device, scenario, started] of [
      [1, 'a', 'load', 60_000],
      [2, 'b', 'idle', 0],
      [3, 'a', 'idle', 0],
    ] as const)
      await connection.run(
        'INSERT INTO sessions VALUES ($1, $2, $3, make_timestamp_ms($4::BIGINT), make_timestamp_ms($4::BIGINT + 60000), 60, 12.5, NULL, 0.25, $5)',
        [id, device, scenario, START + started, id === 1],
      )
    const sessions = await readSessions(connection, 'a')
    expect(sessions).toEqual([
      {
        id: 3,
        device: 'a',
        scenario: 'idle',
        started: START,
        ended: START + 60_000,
        open: false,
        loadAvg: 12.5,
        temperatureMax: null,
        energyWh: 0.25,
      },
      expect.objectContaining({ id: 1, open: true }),
    ])
    await expect(readSessions(connection, 'c')).rejects.toMatchObject({ kind: 'unknown' })
  })
})
