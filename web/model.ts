import type {
  Causes,
  Comparison,
  EpisodeInfo,
  Limits,
  LiveReadings,
  Patterns,
  Pipeline,
  Range,
  SessionInfo,
  SqlLine,
  State,
  Statistics,
} from './api.ts'

/** A stretch of a device's readings, ms since 1970-01-01 UTC: from ≤ t ≤ to, from < to. */
export interface Span {
  readonly device: string
  readonly from: number
  readonly to: number
}

/** What happens while the page looks on; the names are those of the events of GET /api/live. */
export type LiveEvent =
  | { readonly event: 'readings'; readonly data: LiveReadings }
  | { readonly event: 'episode'; readonly data: EpisodeInfo }
  | { readonly event: 'pipeline'; readonly data: Pipeline }
  | { readonly event: 'limits'; readonly data: Limits }
  /** the list of devices or what is known of one has changed: ask for the state anew */
  | { readonly event: 'devices' }

/** What became of a log that was handed in. */
export interface AddedLog {
  readonly devices: readonly string[]
  readonly notices: readonly string[]
}

/**
 * Where the page's server gets its answers: one method an endpoint of web/api.ts. The server has checked form and range of all arguments; that a device,
 * sensor or limit exists is for the model to check. A method throws `Refusal` when the question is at fault; anything else it throws is a fault of ours (500).
 */
export interface PageModel {
  state(): Promise<State>
  /** @param pixels width of the plotting area, 1…10,000 */
  range(span: Span, sensors: readonly string[], pixels: number): Promise<Range>
  statistics(span: Span): Promise<Statistics>
  causes(span: Span): Promise<Causes>
  /** Episodes that overlap the range, newest first. */
  episodes(where: {
    readonly device?: string
    readonly from?: number
    readonly to?: number
  }): Promise<readonly EpisodeInfo[]>
  limits(): Promise<Limits>
  /** Acts on the next reading; listeners get `limits`. @param value null: back to the default. */
  putLimit(device: string, name: string, value: number | null): Promise<Limits>
  /** Oldest first. */
  sessions(device: string): Promise<readonly SessionInfo[]>
  compare(a: Span, b: Span, pixels: number): Promise<Comparison>
  patterns(device: string, sensor: string): Promise<Patterns>
  pipeline(): Promise<Pipeline>

  /**
   * Reads a log, or a .zip of logs, to its end; its readings become devices of their own.
   * @param name file name as the person knows it, without folders
   * @param timezone IANA zone of the log's clock
   */
  addLog(name: string, timezone: string, bytes: ReadableStream<Uint8Array>): Promise<AddedLog>

  /**
   * Runs a push or pull query. A statement at fault gives a line `{error}`, no exception.
   * @param signal aborted when the page no longer listens: the query ends
   */
  sql(text: string, signal: AbortSignal): AsyncIterable<SqlLine>

  /**
   * Calls `listener` for each event from now on, in the order in which they happen; it returns at once and does not throw.
   * @returns ends the subscription
   */
  subscribe(listener: (event: LiveEvent) => void): () => void
}
