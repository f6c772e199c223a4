import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { parseAvroSchema } from '../engine/index.ts'
import { readingSchema } from '../gpuz/reading-schema.ts'
import type { ConnectorConfig } from '../kafka/connect.ts'
import { parseJsonFile } from './json-file.ts'
import { readStatements, type StatementFile } from './statement-file.ts'

export interface SchemaFile {
  readonly file: string
  readonly subject: string
  /** in one canonical form: a registry may give another id to the same schema with other blanks */
  readonly schema: string
}

export interface ConnectorFile {
  readonly file: string
  readonly name: string
  readonly config: ConnectorConfig
}

/** What is to be submitted, each kind in its order. */
export interface SubmitFiles {
  readonly statements: readonly StatementFile[]
  readonly schemas: readonly SchemaFile[]
  readonly connectors: readonly ConnectorFile[]
}

const KINDS = ['.ksql', '.avsc', '.json'] as const
const READINGS_SUBJECT = 'gpu.readings-value'

/**
 * Reads .ksql files, .avsc files and .json files of connectors, and folders of them with what lies below. Files of a folder come in the order of their
 * numbers; a file that is named twice is read once.
 * @param base what the paths are relative to; messages name files by these paths
 * @throws Error for a file of another kind, or that holds no such thing; what the operating system says
 */
export async function readSubmitFiles(paths: readonly string[], base: string): Promise<SubmitFiles> {
  const files = new Map<string, string>()
  for (const path of paths) {
    for (const name of await filesAt(path, base))
      if (!files.has(resolve(base, name))) files.set(resolve(base, name), name)
  }
  const of = (kind: (typeof KINDS)[number]) => [...files].filter(([, name]) => extname(name) === kind)
  return {
    statements: await Promise.all(of('.ksql').map(([path, name]) => readStatements(path, name))),
    schemas: await Promise.all(of('.avsc').map(([path, name]) => readSchema(path, name))),
    connectors: await Promise.all(of('.json').map(([path, name]) => readConnector(path, name))),
  }
}

async function filesAt(path: string, base: string): Promise<string[]> {
  const isKnown = (name: string) => KINDS.some((kind) => kind === extname(name))
  if ((await stat(resolve(base, path))).isDirectory()) {
    const names = await readdir(resolve(base, path), { recursive: true })
    const inOrder = names
      .map((name) => name.replaceAll('\\', '/'))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    return inOrder.filter(isKnown).map((name) => `${path.replace(/[/\\]+$/, '')}/${name}`)
  }
  if (isKnown(path)) return [path]
  throw new Error(`${path} is no file that can be submitted; give .ksql, .avsc and .json files, or folders of them`)
}

async function readSchema(path: string, file: string): Promise<SchemaFile> {
  const json = parseJsonFile(file, await readFile(path, 'utf8'))
  const schema = JSON.stringify(json)
  try {
    parseAvroSchema(schema)
  } catch (error) {
    throw new Error(`${file} is no Avro schema: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
  return { file, schema, subject: subjectOf(file, json) }
}

/** The product's own schema is known by the name of its record; any other is named after its subject. */
function subjectOf(file: string, schema: unknown): string {
  if (recordName(schema) === recordName(readingSchema())) return READINGS_SUBJECT
  const subject = basename(file, '.avsc')
  if (/.-(key|value)$/.test(subject)) return subject
  throw new Error(
    `${file}: the name of the file tells no subject; name it after its topic, as in orders-value.avsc or orders-key.avsc`,
  )
}

function recordName(schema: unknown): string {
  const { namespace, name } = schema as { namespace?: string; name?: string }
  return `${namespace}.${name}`
}

async function readConnector(path: string, file: string): Promise<ConnectorFile> {
  const config = parseJsonFile(file, await readFile(path, 'utf8'))
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new Error(
      `${file} is no configuration of a connector; it must be one JSON object: {"connector.class": "…", …}`,
    )
  }
  for (const [key, value] of Object.entries(config)) {
    if (typeof value === 'string') continue
    throw new Error(`${file}: "${key}" is ${JSON.stringify(value)}; Connect takes text alone: "${key}": "…"`)
  }
  if (!('connector.class' in config)) {
    throw new Error(
      `${file} names no plugin; add "connector.class": "…" (a file in Connect's form {"name", "config"} holds one level too many)`,
    )
  }
  return { file, name: basename(file, '.json'), config: config as ConnectorConfig }
}
