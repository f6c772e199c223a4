import type { Lane } from '../compile/lanes.ts'
import type { SqlType } from '../types/sql-type.ts'
import { allocate, type ColumnData, type Physical } from './batch.ts'
import { KeyDictionary } from './key-dictionary.ts'

export interface Session {
  start: number
  end: number
  slot: number
}

/**
 * Final results of a key that stay readable. RETENTION may ask for more, but state is small on purpose: every snapshot holds all of it (a week of
 * half minutes, 20,160 slots, made it 13 MB a device), and slots taken in turn must stay in the processor's cache (60 cost 7 % of the speed of
 * windows, 14 nothing). History is for who reads the topic.
 */
const FINALS_A_KEY = 10

const SAVED = [
  'lanes',
  'capacity',
  'slotKey',
  'slotStart',
  'slotEnd',
  'slotTime',
  'used',
  'free',
  'lastStart',
  'lastSlot',
  'windows',
  'sessions',
  'finals',
  'streamTime',
  'maxStart',
  'nextClose',
  'lastEmit',
  'late',
] as const

/**
 * The groups of one aggregation. A group (or one window of it) has a slot; every lane is an array over the slots. Closed windows give their
 * slot back. Fields are public because generated code works on them.
 */
export class AggregateState {
  readonly keys: KeyDictionary
  readonly laneTypes: readonly Lane[]
  private readonly lanesOf: Record<Physical, number[]> = { f64: [], i32: [], i64: [], bool: [], ref: [] }
  lanes: ColumnData[]
  capacity = 16
  slotKey = new Int32Array(16)
  slotStart = new Float64Array(16)
  slotEnd = new Float64Array(16)
  /** greatest row time of the group */
  slotTime = new Float64Array(16)
  used = 0
  free: number[] = []
  /** most recent window of each key: the window nearly every row falls in */
  lastStart: number[] = []
  lastSlot: number[] = []
  /** all open windows of a key by start; for unwindowed groups the start is 0 */
  windows: Map<number, number>[] = []
  sessions: Session[][] = []
  /** slots of the windows of each key that have given their final result, oldest first: what queries see of EMIT FINAL */
  finals: number[][] = []
  /** greatest row time seen, over all keys */
  streamTime = Number.NEGATIVE_INFINITY
  /** greatest window start stored */
  maxStart = Number.NEGATIVE_INFINITY
  /** end of the open window that closes first */
  nextClose = Number.POSITIVE_INFINITY
  /** clock at the last emission of final results */
  lastEmit = Number.NEGATIVE_INFINITY
  /** rows that came after their window had closed */
  late = 0

  constructor(keyTypes: readonly SqlType[], lanes: readonly Lane[]) {
    this.keys = new KeyDictionary(keyTypes)
    this.laneTypes = lanes
    this.lanes = lanes.map((lane) => allocate(lane.physical, this.capacity))
    for (const [j, lane] of lanes.entries()) this.lanesOf[lane.physical].push(j)
  }

  /** A cleared slot for the key. */
  allocate(key: number, start: number, end: number): number {
    const used = this.free.pop()
    const slot = used ?? this.used++
    if (slot >= this.capacity) this.grow()
    if (used !== undefined) this.clear(slot)
    for (const j of this.lanesOf.ref) {
      const data = this.lanes[j] as unknown[]
      data[slot] = this.laneTypes[j]?.accumulator?.init() ?? null
    }
    this.slotKey[slot] = key
    this.slotStart[slot] = start
    this.slotEnd[slot] = end
    this.slotTime[slot] = Number.NEGATIVE_INFINITY
    return slot
  }

  /** Numbers begin at zero, as new arrays do. A loop a kind of array keeps each of them fast. */
  private clear(slot: number): void {
    for (const j of this.lanesOf.f64) (this.lanes[j] as Float64Array)[slot] = 0
    for (const j of this.lanesOf.i32) (this.lanes[j] as Int32Array)[slot] = 0
    for (const j of this.lanesOf.i64) (this.lanes[j] as BigInt64Array)[slot] = 0n
    for (const j of this.lanesOf.bool) (this.lanes[j] as Uint8Array)[slot] = 0
  }

  /** The slot of a window of the key, opened if need be. */
  windowSlot(key: number, start: number, end: number): number {
    let windows = this.windows[key]
    if (windows === undefined) {
      windows = new Map()
      this.windows[key] = windows
    }
    let slot = windows.get(start)
    if (slot === undefined) {
      slot = this.allocate(key, start, end)
      windows.set(start, slot)
      if (end < this.nextClose) this.nextClose = end
      if (start > this.maxStart) this.maxStart = start
    }
    this.lastStart[key] = start
    this.lastSlot[key] = slot
    return slot
  }

  /** The slot of an unwindowed group. */
  groupSlot(key: number): number {
    const slot = this.lastSlot[key]
    if (slot !== undefined) return slot
    const opened = this.allocate(key, 0, 0)
    this.lastSlot[key] = opened
    return opened
  }

  /**
   * Closes windows that end at or before `horizon`. Without `ended` they are forgotten; else the slots are handed over, in order of start, then
   * key, and stay among the key's `finals`.
   */
  closeWindows(
    horizon: number,
    ended: ((slot: number) => void) | null,
    compareKeys: (a: number, b: number) => number,
  ): void {
    const closed: number[] = []
    let next = Number.POSITIVE_INFINITY
    for (const windows of this.windows) {
      if (windows === undefined) continue
      for (const [start, slot] of windows) {
        const end = this.slotEnd[slot] ?? 0
        if (end <= horizon) {
          closed.push(slot)
          windows.delete(start)
        } else if (end < next) next = end
      }
    }
    this.nextClose = next
    closed.sort(
      (a, b) =>
        (this.slotStart[a] ?? 0) - (this.slotStart[b] ?? 0) || compareKeys(this.slotKey[a] ?? 0, this.slotKey[b] ?? 0),
    )
    for (const slot of closed) {
      const key = this.slotKey[slot] ?? 0
      if (this.lastSlot[key] === slot) this.lastStart[key] = Number.NaN
      this.release(slot, ended)
    }
  }

  /** Sessions of the key that a row at `time` belongs to or joins, in order of start; they leave the list. */
  takeSessions(key: number, time: number, gap: number): Session[] {
    const sessions = this.sessions[key]
    if (sessions === undefined) return []
    const taken = sessions.filter((s) => s.start <= time + gap && s.end >= time - gap)
    if (taken.length > 0) this.sessions[key] = sessions.filter((s) => !taken.includes(s))
    return taken
  }

  putSession(key: number, session: Session): void {
    const sessions = this.sessions[key]
    if (sessions === undefined) this.sessions[key] = [session]
    else {
      sessions.push(session)
      sessions.sort((a, b) => a.start - b.start)
    }
    this.slotStart[session.slot] = session.start
    this.slotEnd[session.slot] = session.end
    if (session.end < this.nextClose) this.nextClose = session.end
  }

  /** As closeWindows, for sessions that ended before `horizon`; in order of end, start, key. */
  closeSessions(
    horizon: number,
    ended: ((slot: number) => void) | null,
    compareKeys: (a: number, b: number) => number,
  ): void {
    const closed: Session[] = []
    let next = Number.POSITIVE_INFINITY
    for (const [key, sessions] of this.sessions.entries()) {
      if (sessions === undefined) continue
      let open = sessions
      if (sessions.some((s) => s.end < horizon)) {
        closed.push(...sessions.filter((s) => s.end < horizon))
        open = sessions.filter((s) => s.end >= horizon)
        this.sessions[key] = open
      }
      for (const s of open) if (s.end < next) next = s.end
    }
    this.nextClose = next
    closed.sort(
      (a, b) => a.end - b.end || a.start - b.start || compareKeys(this.slotKey[a.slot] ?? 0, this.slotKey[b.slot] ?? 0),
    )
    for (const session of closed) this.release(session.slot, ended)
  }

  private release(slot: number, ended: ((slot: number) => void) | null): void {
    if (ended === null) {
      this.free.push(slot)
      return
    }
    ended(slot)
    const key = this.slotKey[slot] ?? 0
    const finals = this.finals[key] ?? []
    this.finals[key] = finals
    finals.push(slot)
    if (finals.length > FINALS_A_KEY) this.free.push(finals.shift() ?? 0)
  }

  private grow(): void {
    this.capacity *= 2
    this.lanes = this.lanes.map((data, j) => {
      if (Array.isArray(data)) return data
      const larger = allocate(this.laneTypes[j]?.physical ?? 'f64', this.capacity) as Float64Array
      larger.set(data as Float64Array)
      return larger
    })
    const longer = <T extends Float64Array | Int32Array>(array: T, fresh: T): T => {
      fresh.set(array)
      return fresh
    }
    this.slotKey = longer(this.slotKey, new Int32Array(this.capacity))
    this.slotStart = longer(this.slotStart, new Float64Array(this.capacity))
    this.slotEnd = longer(this.slotEnd, new Float64Array(this.capacity))
    this.slotTime = longer(this.slotTime, new Float64Array(this.capacity))
  }

  /** Everything but the key dictionary's hashes, for a snapshot. */
  save(): unknown {
    return { keys: this.keys.columns, ...Object.fromEntries(SAVED.map((field) => [field, this[field]])) }
  }

  load(saved: unknown): void {
    const { keys, ...fields } = saved as { keys: AggregateState['keys']['columns'] }
    const count = keys[0]?.length ?? 0
    for (let i = 0; i < count; i++) this.keys.id(keys.map((column) => column[i] ?? null))
    Object.assign(this, fields)
    for (const [j, lane] of this.laneTypes.entries()) {
      const { accumulator } = lane
      if (accumulator?.observe === undefined) continue
      for (const state of this.lanes[j] as unknown[])
        if (state !== undefined && state !== null) accumulator.observe(state)
    }
  }
}
