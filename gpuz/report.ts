import type { Encoding } from './encoding.ts'
import type { LogColumn } from './header-names.ts'
import type { RejectReason } from './record-scanner.ts'

/** A line that did not become a row. */
export interface RejectedLine {
  readonly reason: RejectReason
  readonly detail: string
  /** From 1, by line ends. */
  readonly line: number
  /** Its first bytes, one character each, control characters as dots. */
  readonly firstBytes: string
}

/** What became of the values of one column. */
export interface SensorReport extends LogColumn {
  rows: number
  /** `-` or empty. */
  missing: number
  /** 0 where 0 means that the driver did not answer. */
  zeros: number
  implausible: number
  unreadable: number
  firstImplausible: number | null
  firstUnreadable: string | null
  /** Least and greatest reading; only with the option `statistics`. */
  min: number | null
  max: number | null
}

/** A step between two rows that is longer than sampling explains. */
export interface Gap {
  readonly line: number
  readonly fromTs: number
  readonly toTs: number
  /** Whether GPU-Z was started anew in it. */
  readonly atHeader: boolean
}

/** The rows behind one header: GPU-Z writes one at every start. */
export interface Session {
  readonly line: number
  rows: number
  firstTs: number | null
  lastTs: number | null
}

/** What the reader found; plain JSON, grows while it reads. Lists are kept short, counts are whole. */
export interface LogReport {
  encoding: Encoding | null
  bom: boolean
  lineEnd: 'LF' | 'CRLF' | 'mixed' | null
  separator: string | null
  /** Columns of the latest header. */
  columns: readonly LogColumn[]
  /** Whether the columns were told from the first row, since the log has no header. */
  headerless: boolean
  headers: number
  /** Headers whose columns differ from those before. */
  columnChanges: number
  lines: number
  rows: number
  rejected: number
  rejects: Partial<Record<RejectReason, number>>
  firstRejects: RejectedLine[]
  sensors: Record<string, SensorReport>
  firstTs: number | null
  lastTs: number | null
  /** Rows whose stamp equals the one before. */
  equalStamps: number
  /** Rows whose stamp is before that of the row before. */
  stepsBack: number
  gapCount: number
  gaps: Gap[]
  sessionCount: number
  sessions: Session[]
}

/** How many rejects, gaps and sessions are listed. */
export const LISTED = 1000
export const LISTED_REJECTS = 20

export function emptyReport(): LogReport {
  return {
    encoding: null,
    bom: false,
    lineEnd: null,
    separator: null,
    columns: [],
    headerless: false,
    headers: 0,
    columnChanges: 0,
    lines: 0,
    rows: 0,
    rejected: 0,
    rejects: {},
    firstRejects: [],
    sensors: {},
    firstTs: null,
    lastTs: null,
    equalStamps: 0,
    stepsBack: 0,
    gapCount: 0,
    gaps: [],
    sessionCount: 0,
    sessions: [],
  }
}

/** The entry of a column, made when it is first seen. */
export function sensorReport(report: LogReport, column: LogColumn): SensorReport {
  const known = report.sensors[column.name]
  if (known !== undefined) return known
  const fresh = {
    ...column,
    rows: 0,
    missing: 0,
    zeros: 0,
    implausible: 0,
    unreadable: 0,
    firstImplausible: null,
    firstUnreadable: null,
    min: null,
    max: null,
  }
  report.sensors[column.name] = fresh
  return fresh
}
