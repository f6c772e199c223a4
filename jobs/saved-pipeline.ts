import { createHash } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { deflateSync, inflateSync } from 'node:zlib'
import type { SavedDerived } from './derived-rows.ts'
import type { StatementFile } from './statement-file.ts'

/** Everything of a pipeline that the next row depends on. */
export interface PipelineState {
  readonly engine: Uint8Array
  readonly derived: SavedDerived
  /** ms, of the newest reading */
  readonly last: number
  readonly rows: number
}

/** Names the statements: a store whose engine ran others cannot be gone on with. */
export function fingerprint(statements: readonly StatementFile[]): string {
  const hash = createHash('sha256')
  for (const { name, text } of statements) hash.update(`${name}\n${text.replaceAll('\r\n', '\n')}\n`)
  return hash.digest('hex')
}

/** Packed: once a second some 60 KB would wear a disk for nothing. */
export function packState(state: PipelineState): Uint8Array {
  return deflateSync(serialize(state), { level: 1 })
}

export function unpackState(snapshot: Uint8Array): PipelineState {
  return deserialize(inflateSync(snapshot)) as PipelineState
}
