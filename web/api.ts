/**
 * What the page and its server say to each other. Times are ms since 1970-01-01 UTC; units are those of the sensor catalogue.
 * Every GET answers JSON, errors are `{error, fix?}` with status 400 (what was asked is wrong), 403 (another origin, no token) or 404.
 */

export interface SensorInfo {
  /** canonical field of the catalogue */
  readonly field: string
  /** GPU-Z's name of it, without unit */
  readonly label: string
  readonly unit: string
  readonly kind: 'temperature' | 'power' | 'clock' | 'load' | 'memory' | 'fan' | 'voltage' | 'current' | 'state'
}

export interface DeviceInfo {
  readonly device: string
  /** of its readings in the store; null before the first */
  readonly first: number | null
  readonly last: number | null
  readonly rows: number
  /** fields it has readings of, in the order of the catalogue */
  readonly sensors: readonly string[]
  /** the last reading of each, null where the last row has none */
  readonly latest: Readonly<Record<string, number | null>>
  /** whether its log is followed: new rows are expected */
  readonly live: boolean
  /** its readings are a simulation's, which the page must say */
  readonly simulated: boolean
}

/** What clocks in a zone show. */
export interface ZoneClock {
  /** IANA name */
  readonly id: string
  /** offset from UTC, ms, from an instant on (ms since 1970-01-01 UTC), rising; the first holds before it too */
  readonly offsets: readonly { readonly since: number; readonly offset: number }[]
}

/** GET /api/state */
export interface State {
  readonly version: string
  /** of the logs: in it the page shows times */
  readonly zone: ZoneClock
  readonly devices: readonly DeviceInfo[]
  readonly sensors: readonly SensorInfo[]
  readonly limits: Limits
  readonly pipeline: Pipeline
}

/** GET /api/range?device&sensors=a,b&from&to&pixels: at most about two points a pixel and sensor. */
export interface Range {
  readonly device: string
  readonly from: number
  readonly to: number
  /** ms of a bucket; 0: every reading is a point of its own */
  readonly bucket: number
  readonly resolution: 'readings' | 'minutes'
  /** start of each bucket (or time of each reading), rising. A pause of the log is one more time whose values are null: lines break there. */
  readonly t: readonly number[]
  readonly sensors: Readonly<Record<string, Series>>
}

/** One value a bucket, null where there was no reading. With bucket 0 all four lists are equal (the same content). */
export interface Series {
  readonly min: readonly (number | null)[]
  readonly max: readonly (number | null)[]
  readonly avg: readonly (number | null)[]
  readonly last: readonly (number | null)[]
}

/** GET /api/statistics?device&from&to: of the readings in the range, time-weighted by their number (readings come at one pace). */
export interface Statistics {
  readonly from: number
  readonly to: number
  readonly rows: number
  /** minutes: of too many readings for it, median, p95 and p99 are those of the minutes' means */
  readonly resolution: 'readings' | 'minutes'
  readonly sensors: readonly SensorStatistics[]
  /** Wh, null without a board power sensor */
  readonly energyWh: number | null
}

export interface SensorStatistics {
  readonly field: string
  readonly n: number
  readonly min: number
  readonly mean: number
  readonly median: number
  readonly p95: number
  readonly p99: number
  readonly max: number
  /** s above the sensor's limit; null where it has none */
  readonly secondsAbove: number | null
}

/** GET /api/causes?device&from&to: why the card was held back, in words; stretches of equal PerfCap Reason. */
export interface Causes {
  readonly stretches: readonly { readonly from: number; readonly to: number; readonly reasons: readonly string[] }[]
}

/** GET /api/episodes?device&from&to (all optional), newest first; and `episode` of the live stream. */
export interface EpisodeInfo {
  readonly id: number
  readonly device: string
  readonly rule: string
  readonly title: string
  readonly severity: 'info' | 'warning' | 'critical'
  readonly sensor: string
  readonly started: number
  /** of the last alert so far */
  readonly ended: number
  readonly open: boolean
  readonly count: number
  readonly peak: number | null
  readonly bound: number | null
  /** what was measured against what limit, in words with units */
  readonly evidence: string
  readonly todo: string
}

/** GET /api/limits. PUT /api/limits {device, name, value}: value null returns to the default. Acts on the next reading. */
export interface Limits {
  readonly names: readonly LimitInfo[]
  /** device → name → value, where it differs from the default */
  readonly devices: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface LimitInfo {
  /** column of the limits table */
  readonly name: string
  readonly label: string
  readonly unit: string
  /** field it limits, for lines on charts; null where it is no reading's own limit */
  readonly sensor: string | null
  readonly standard: number
}

/** GET /api/sessions?device: stretches of one kind of use. */
export interface SessionInfo {
  readonly id: number
  readonly device: string
  readonly scenario: 'idle' | 'light' | 'load'
  readonly started: number
  readonly ended: number
  readonly open: boolean
  readonly loadAvg: number | null
  readonly temperatureMax: number | null
  readonly energyWh: number | null
}

/** GET /api/compare?deviceA&fromA&toA&deviceB&fromB&toB&pixels: both aligned at their start. */
export interface Comparison {
  /** s since the start; values of both, per sensor that both have */
  readonly t: readonly number[]
  readonly sensors: Readonly<
    Record<string, { readonly a: readonly (number | null)[]; readonly b: readonly (number | null)[] }>
  >
  readonly table: readonly {
    readonly field: string
    readonly a: SensorStatistics
    readonly b: SensorStatistics
    /** mean of b less that of a */
    readonly difference: number
  }[]
  /** in words: "B ran 6.1 °C cooler at the same power, fan 210 rpm slower" */
  readonly sentence: string
}

/** GET /api/patterns?device&sensor */
export interface Patterns {
  /** mean by day (ms of its start in the zone) and hour of day 0…23; null without readings */
  readonly heat: readonly { readonly day: number; readonly hours: readonly (number | null)[] }[]
  readonly daily: readonly {
    readonly day: number
    readonly min: number
    readonly mean: number
    readonly max: number
    readonly n: number
  }[]
  /** counts of readings in bins of equal width, idle (GPU load < 10 %) against load (≥ 70 %) */
  readonly distribution: {
    readonly start: number
    readonly width: number
    readonly idle: readonly number[]
    readonly load: readonly number[]
  }
  /** Pearson's r of the minutes' means, fields in the order of `fields`; null where one is constant */
  readonly correlation: { readonly fields: readonly string[]; readonly r: readonly (readonly (number | null)[])[] }
}

/** POST /api/sql {sql}: lines of JSON; the first {columns}, then {row}…, {error} if it fails. A push query goes on until the request is closed. */
export type SqlLine =
  | { readonly columns: readonly { readonly name: string; readonly type: string }[] }
  | { readonly row: readonly unknown[] }
  | { readonly error: string; readonly line?: number; readonly column?: number; readonly fix?: string }

/** GET /api/pipeline, and `pipeline` of the live stream. */
export interface Pipeline {
  readonly rows: number
  readonly rowsPerSecond: number
  /** 0…1 of the logs that is read; null: everything there is, and it is followed */
  readonly progress: number | null
  /** ms between the newest reading and now; null when nothing is live */
  readonly lagMs: number | null
  /** when the last checkpoint was committed */
  readonly checkpointAt: number | null
  readonly rejects: readonly {
    readonly reason: string
    readonly count: number
    readonly examples: readonly { readonly log: string; readonly line: number; readonly firstBytes: string }[]
  }[]
  /** sensors that look broken: constant, implausible, unreadable, and how */
  readonly troubles: readonly { readonly device: string; readonly field: string; readonly what: string }[]
  /** what statements could not compute with */
  readonly errors: readonly {
    readonly place: string
    readonly what: string
    readonly count: number
    readonly example: string
  }[]
  readonly notices: readonly string[]
}

/** GET /api/live: Server-Sent Events `readings`, `episode` (EpisodeInfo), `pipeline` (Pipeline), `limits` (Limits), `devices` (nothing: ask /api/state anew). */
export interface LiveReadings {
  readonly device: string
  readonly t: readonly number[]
  readonly sensors: Readonly<Record<string, readonly (number | null)[]>>
}

/** POST /api/logs?name=FILE&timezone=ZONE, the body is the log or the .zip: becomes devices of their own. Answers {devices: string[], notices: string[]}. */
