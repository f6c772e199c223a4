import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { isLosslessNumber, parse, stringify } from 'lossless-json'

/** A record as a file of JSON has it. Key and value are JSON text. */
export interface JsonRecord {
  /** where it stands, for messages */
  readonly at: string
  readonly topic: string | null
  /** null: no key, a value of JSON null */
  readonly key: string | null
  readonly value: string | null
  /** ms since 1970-01-01 UTC; null: not given */
  readonly timestamp: number | null
}

const SHAPE =
  'A record is an object such as {"topic": "t", "key": "k", "value": {"A": 1}, "timestamp": 0}; topic, key and timestamp may be left out'
const SPACE = /^[\s\uFEFF]*/

/** Whether a file holds JSON: its first character that is no space opens an array or an object. */
export async function isJson(path: string): Promise<boolean> {
  return /[[{]/.test(await firstCharacter(path))
}

/**
 * The records of a file of JSON: an array of them, or one a line.
 * @throws Error that names the place, for text that is no JSON and for what is no record
 */
export async function* jsonRecords(path: string): AsyncGenerator<JsonRecord, void, undefined> {
  if ((await firstCharacter(path)) === '[') {
    const items = parseAt(path, (await readFile(path, 'utf8')).replace(/^\uFEFF/, ''))
    if (!Array.isArray(items)) throw new Error(`${path}: no array of records. ${SHAPE}`)
    for (const [i, item] of items.entries()) yield recordOf(`${path}, record ${i + 1}`, item)
    return
  }
  let line = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line++
    const content = text.replace(SPACE, '')
    if (content === '') continue
    yield recordOf(
      `${path}:${line}`,
      parseAt(`${path}:${line}`, content, 'Write one record a line, or all in one array'),
    )
  }
}

async function firstCharacter(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    return buffer.toString('utf8', 0, bytesRead).replace(SPACE, '').charAt(0)
  } finally {
    await file.close()
  }
}

function parseAt(at: string, text: string, fix = ''): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new Error(`${at}: no JSON: ${(error as Error).message}${fix === '' ? '' : `. ${fix}`}`)
  }
}

function recordOf(at: string, item: unknown): JsonRecord {
  if (typeof item !== 'object' || item === null || isLosslessNumber(item) || !('value' in item)) {
    throw new Error(`${at}: no record. ${SHAPE}`)
  }
  const { topic, key, value, timestamp } = item as Record<string, unknown>
  if (topic !== undefined && typeof topic !== 'string') throw new Error(`${at}: the topic is no text. ${SHAPE}`)
  return { at, topic: topic ?? null, key: json(key), value: json(value), timestamp: timeOf(at, timestamp) }
}

function json(value: unknown): string | null {
  return value === undefined || value === null ? null : (stringify(value) ?? null)
}

function timeOf(at: string, timestamp: unknown): number | null {
  if (timestamp === undefined || timestamp === null) return null
  const time = isLosslessNumber(timestamp) ? Number(timestamp.value) : Date.parse(String(timestamp))
  if (!Number.isNaN(time)) return time
  throw new Error(
    `${at}: the timestamp ${stringify(timestamp)} is no time; give ms since 1970-01-01 UTC, or a text such as "2024-04-20T13:02:09Z"`,
  )
}
