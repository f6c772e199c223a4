import type { EpisodeInfo, Limits, Pipeline, SqlLine, State } from '../../../web/api.ts'
import type { AddedLog, LiveEvent, PageModel, Span } from '../../../web/model.ts'
import { Refusal } from '../../../web/refusal.ts'
import { zoneClock } from '../../../web/zone-clock.ts'
import { causesOf, comparisonOf, episodesOf, patternsOf, rangeOf, sessionsOf, statisticsOf } from './answers.ts'
import { History, SENSORS } from './history.ts'

const LIMITS: Limits['names'] = [
  { name: 'gpu_temperature_max', label: 'GPU temperature', unit: '°C', sensor: 'gpu_temperature', standard: 85 },
  {
    name: 'gpu_temperature_critical',
    label: 'GPU temperature, critical',
    unit: '°C',
    sensor: 'gpu_temperature',
    standard: 90,
  },
  { name: 'cpu_temperature_max', label: 'CPU temperature', unit: '°C', sensor: 'cpu_temperature', standard: 80 },
  {
    name: 'memory_temperature_max',
    label: 'Memory temperature',
    unit: '°C',
    sensor: 'memory_temperature',
    standard: 100,
  },
  { name: 'hot_spot_delta_max', label: 'Hot spot above GPU temperature', unit: '°C', sensor: null, standard: 25 },
  { name: 'board_power_max', label: 'Board power', unit: 'W', sensor: 'board_power', standard: 300 },
  { name: 'board_power_critical', label: 'Board power, critical', unit: 'W', sensor: 'board_power', standard: 350 },
  { name: 'gpu_load_max', label: 'GPU load', unit: '%', sensor: 'gpu_load', standard: 95 },
]

/** Stands in for the store and the pipeline until a test's page needs them: simulated readings in memory, answers by plain loops, and a note of what was asked. */
export class StandInModel implements PageModel {
  readonly histories: History[]
  readonly asked: { method: string; arguments: unknown[] }[] = []
  readonly logs: { name: string; timezone: string; bytes: Uint8Array }[] = []
  episodeList: EpisodeInfo[]
  /** as last told */
  #told: Pipeline | null = null
  #changed: Record<string, Record<string, number>> = {}
  readonly #listeners = new Set<(event: LiveEvent) => void>()

  /** @param rows of history of the live device, which ends `now` */
  constructor(rows = 7_200, now = Math.floor(Date.now() / 1_000) * 1_000) {
    this.histories = [
      new History('bench-pc', 1, now - (rows - 1) * 1_000, rows, true),
      new History('GPU-Z Sensor Log (old paste)', 7, now - 40 * 86_400_000, Math.min(rows, 3_600), false),
    ]
    this.episodeList = this.histories.flatMap((history, i) => episodesOf(history, 1_000 * i))
  }

  get listeners(): number {
    return this.#listeners.size
  }

  emit(event: LiveEvent): void {
    if (event.event === 'pipeline') this.#told = event.data
    for (const listener of this.#listeners) listener(event)
  }

  /** One more reading of the live device, told to listeners. */
  step(t = Math.floor(Date.now() / 1_000) * 1_000): void {
    const [history] = this.histories
    history.step(t)
    const sensors = Object.fromEntries(SENSORS.map(({ field }) => [field, [history.column(field).at(-1) ?? null]]))
    this.emit({ event: 'readings', data: { device: history.device, t: [t], sensors } })
  }

  async state(): Promise<State> {
    return {
      version: '0.1.0',
      zone: zoneClock('Europe/Berlin'),
      devices: this.histories.map((history) => ({
        device: history.device,
        first: history.t[0],
        last: history.t.at(-1) ?? null,
        rows: history.t.length,
        sensors: SENSORS.map(({ field }) => field),
        latest: Object.fromEntries(SENSORS.map(({ field }) => [field, history.column(field).at(-1) ?? null])),
        live: history.live,
        simulated: true,
      })),
      sensors: SENSORS,
      limits: await this.limits(),
      pipeline: await this.pipeline(),
    }
  }

  async range(span: Span, sensors: readonly string[], pixels: number) {
    this.asked.push({ method: 'range', arguments: [span, sensors, pixels] })
    return rangeOf(this.#history(span.device), span, sensors, pixels)
  }

  async statistics(span: Span) {
    return statisticsOf(this.#history(span.device), span, this.#limitsOf(span.device))
  }

  async causes(span: Span) {
    return { stretches: causesOf(this.#history(span.device), span.from, span.to) }
  }

  async episodes({ device, from = -Infinity, to = Infinity }: { device?: string; from?: number; to?: number }) {
    return this.episodeList
      .filter((one) => (device === undefined || one.device === device) && one.ended >= from && one.started <= to)
      .sort((a, b) => b.started - a.started)
  }

  async limits(): Promise<Limits> {
    return { names: LIMITS, devices: this.#changed }
  }

  async putLimit(device: string, name: string, value: number | null): Promise<Limits> {
    this.asked.push({ method: 'putLimit', arguments: [device, name, value] })
    this.#history(device)
    if (!LIMITS.some((limit) => limit.name === name)) throw new Refusal(404, `there is no limit "${name}"`)
    const { [name]: _, ...others } = this.#changed[device] ?? {}
    this.#changed = { ...this.#changed, [device]: value === null ? others : { ...others, [name]: value } }
    const limits = await this.limits()
    this.emit({ event: 'limits', data: limits })
    return limits
  }

  async sessions(device: string) {
    return sessionsOf(this.#history(device), 1_000 * this.histories.findIndex((history) => history.device === device))
  }

  async compare(a: Span, b: Span, pixels: number) {
    return comparisonOf(this.#history(a.device), a, this.#history(b.device), b, pixels)
  }

  async patterns(device: string, sensor: string) {
    return patternsOf(this.#history(device), sensor, [
      'gpu_temperature',
      'hot_spot',
      'board_power',
      'memory_used',
      'gpu_load',
      'gpu_clock',
    ])
  }

  async pipeline(): Promise<Pipeline> {
    if (this.#told !== null) return this.#told
    return {
      rows: this.histories.reduce((sum, history) => sum + history.t.length, 0),
      rowsPerSecond: 1,
      progress: null,
      lagMs: 640,
      checkpointAt: Date.now() - 4_000,
      rejects: [
        {
          reason: 'half row',
          count: 3,
          examples: [{ log: 'GPU-Z Sensor Log.txt', line: 1_812, firstBytes: '2026-08-06 19:0' }],
        },
      ],
      troubles: [{ device: 'bench-pc', field: 'video_engine_load', what: 'constant: 0 % in all readings' }],
      errors: [{ place: 'ksql/05-stats.ksql:41:7', what: 'division by zero', count: 2, example: 'n = 0' }],
      notices: ['GPU-Z Sensor Log.txt: read as UTF-8, one byte was no valid text'],
    }
  }

  async addLog(name: string, timezone: string, bytes: ReadableStream<Uint8Array>): Promise<AddedLog> {
    const chunks: Uint8Array[] = []
    for await (const chunk of bytes) chunks.push(chunk)
    this.logs.push({ name, timezone, bytes: Buffer.concat(chunks) })
    this.emit({ event: 'devices' })
    return { devices: [this.histories[1].device], notices: [`${name}: 3 rows could not be read`] }
  }

  async *sql(text: string, signal: AbortSignal): AsyncGenerator<SqlLine> {
    if (/selct/i.test(text)) {
      yield { error: 'there is no statement SELCT', line: 1, column: 1, fix: 'Write SELECT.' }
      return
    }
    yield {
      columns: [
        { name: 'DEVICE', type: 'STRING' },
        { name: 'TS', type: 'BIGINT' },
        { name: 'GPU_TEMPERATURE', type: 'DOUBLE' },
      ],
    }
    for (let i = 0; !signal.aborted && (i < 5 || /emit changes/i.test(text)); i++) {
      yield { row: ['bench-pc', 1_700_000_000_000 + i, 60 + i / 2] }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    this.asked.push({ method: 'sql ended', arguments: [text] })
  }

  subscribe(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #history(device: string): History {
    const found = this.histories.find((history) => history.device === device)
    if (found === undefined) throw new Refusal(404, `there is no device "${device}"`)
    return found
  }

  #limitsOf(device: string): Record<string, number> {
    const own = this.#changed[device] ?? {}
    const pairs = LIMITS.filter(({ sensor, name }) => sensor !== null && !name.endsWith('critical'))
    return Object.fromEntries(pairs.map(({ sensor, name, standard }) => [sensor ?? name, own[name] ?? standard]))
  }
}
