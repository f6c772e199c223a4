import { hostname } from 'node:os'
import { type Batch, type CountedError, dataColumns, KsqlEngine, KsqlError, splitStatements } from '../engine/index.ts'
import { deviceLogs } from './device-log.ts'
import { isJson, jsonRecords } from './json-records.ts'
import { LogTotals } from './log-totals.ts'
import { ReadingColumns } from './reading-columns.ts'
import { RecordEncoder } from './record-encoder.ts'
import { Replay } from './replay.ts'
import { type ResultColumn, recordsOf, type SqlRecord } from './sql-record.ts'
import { placed, productStatements, readStatements, type StatementFile } from './statement-file.ts'

export type { SqlRecord } from './sql-record.ts'

export interface SqlOptions {
  /** paths of scripts, run one after the other */
  readonly files: readonly string[]
  /** paths of GPU-Z logs, .zip archives of logs, or files of JSON records; told by their content */
  readonly inputs: readonly string[]
  /** the only topic whose records are given; default all that statements write to */
  readonly topic?: string
  /** IANA name of the zone that a log's machine showed */
  readonly timezone: string
  /** name of the device of a single log; default the name of the file without its ending */
  readonly device?: string
  readonly signal?: AbortSignal
}

export interface SqlListener {
  readonly onRecords: (records: Iterable<SqlRecord>) => void
  readonly onNotice?: (text: string) => void
}

export interface SqlResult {
  /** rows and records that went in */
  readonly read: number
  readonly errors: readonly CountedError[]
}

const READINGS = 'GPU_READINGS'
const DECLARES_READINGS =
  /^CREATE\s+(OR\s+REPLACE\s+)?(SOURCE\s+)?STREAM\s+(IF\s+NOT\s+EXISTS\s+)?(GPU_READINGS|`GPU_READINGS`)\s/i
const BATCH_RECORDS = 1024

/**
 * Runs statements on a log or on records, and gives what they produce as it comes. A log is the stream GPU_READINGS (topic
 * gpu.readings), declared as in ksql/01-readings.ksql unless a script declares it. As on a ksqlDB server, EMIT FINAL gives a
 * window out once a later record has closed it.
 * @throws StatementError for a statement that fails; NotALogError, UnknownZoneError, ZipError; Error for an unknown topic, for
 * what is no JSON record, and what the operating system says
 */
export async function sql(options: SqlOptions, listener: SqlListener): Promise<SqlResult> {
  const { topic, inputs, signal } = options
  const files = await Promise.all(options.files.map((path) => readStatements(path)))
  const records: string[] = []
  const logs: string[] = []
  for (const path of inputs) ((await isJson(path)) ? records : logs).push(path)

  const engine: KsqlEngine = new KsqlEngine({
    onTopic: (name) => {
      engine.topic(name).subscribe((batch, source) => {
        if (topic === undefined ? isWritten(engine, name) : name === topic)
          listener.onRecords(recordsOf(name, dataColumns(source), batch))
      })
    },
  })
  const onRow = (place: string, columns: readonly ResultColumn[], batch: Batch): void => {
    if (topic === undefined) listener.onRecords(recordsOf(place, columns, batch))
  }
  for (const file of await withReadings(files, logs.length > 0)) runFile(engine, file, onRow)
  if (topic !== undefined) checkTopic(engine, topic)

  let read = 0
  for (const path of records) {
    if (!signal?.aborted) read += await feedRecords(engine, path)
  }
  if (logs.length > 0 && !signal?.aborted) read += await feedLogs(engine, logs, options, listener)
  return { read, errors: engine.errors.all() }
}

function isWritten(engine: KsqlEngine, topic: string): boolean {
  return engine.queries().some((query) => query.sinkTopic === topic)
}

function checkTopic(engine: KsqlEngine, topic: string): void {
  try {
    engine.topic(topic)
  } catch (error) {
    throw error instanceof KsqlError ? new Error(`${error.message} ${error.fix ?? ''}`) : error
  }
}

/** A log needs its stream: the product's own declaration, unless the scripts have one. */
async function withReadings(files: readonly StatementFile[], wanted: boolean): Promise<readonly StatementFile[]> {
  const declares = (file: StatementFile): boolean =>
    placed(file, () => splitStatements(file.text)).some(({ text }) => DECLARES_READINGS.test(text))
  if (!wanted || files.some(declares)) return files
  return [...(await productStatements()).filter(declares), ...files]
}

/** Statement by statement: what one defines, the next may use; a SELECT gives its rows from here on. */
function runFile(
  engine: KsqlEngine,
  file: StatementFile,
  onRow: (place: string, columns: readonly ResultColumn[], batch: Batch) => void,
): void {
  placed(file, () => {
    for (const { text, at, terminated } of splitStatements(file.text)) {
      // Set where it stands in the file, so that every message has its place there.
      const inPlace = `${'\n'.repeat(at.line - 1)}${' '.repeat(at.column - 1)}${text}${terminated ? ';' : ''}`
      for (const statement of engine.parse(inPlace)) {
        if (statement.kind === 'select') {
          const place = `${file.name}:${at.line}`
          engine.select(inPlace, (batch, columns) => onRow(place, columns, batch))
        } else engine.executeStatement(statement)
      }
    }
  })
}

async function feedRecords(engine: KsqlEngine, path: string): Promise<number> {
  const encoder = new RecordEncoder(engine)
  let read = 0
  let waiting: { topic: string; records: ReturnType<RecordEncoder['encode']>[] } = { topic: '', records: [] }
  const flush = (): void => {
    if (waiting.records.length > 0) engine.topic(waiting.topic).append(waiting.records)
  }
  for await (const record of jsonRecords(path)) {
    const topic = encoder.topicOf(record)
    if (topic !== waiting.topic || waiting.records.length >= BATCH_RECORDS) {
      flush()
      waiting = { topic, records: [] }
    }
    waiting.records.push(encoder.encode(record, topic, Date.now()))
    read++
  }
  flush()
  return read
}

async function feedLogs(
  engine: KsqlEngine,
  paths: readonly string[],
  { timezone, device, topic, signal }: SqlOptions,
  { onNotice }: SqlListener,
): Promise<number> {
  const { logs, skipped } = await deviceLogs(paths, device)
  for (const { name, reason } of skipped) onNotice?.(`${name} is left out: ${reason}`)
  const stream = engine.source(READINGS)
  const all = topic === stream.topic
  const readers = engine.sources().filter((source) => source.topic === stream.topic)
  const needed = all
    ? dataColumns(stream).map((c) => c.name)
    : readers.flatMap((source) => [...engine.neededColumns(source.name)])
  const columns = new ReadingColumns(stream, new Set(needed))
  const totals = new LogTotals()
  const replay = new Replay({ logs, columns, timezone, host: hostname(), loop: false }, totals)
  for await (const rows of replay.rows()) {
    engine.append(READINGS, rows)
    if (signal?.aborted) break
  }
  for (const { log, line, detail } of totals.rejectExamples) onNotice?.(`${log}:${line}: ${detail}`)
  return totals.rows
}
