import type { Checkpoint, StoredRows } from '../store/checkpoint.ts'
import type { StoreOptions } from '../store/store.ts'
import type { ExportSettings } from './store-exports.ts'

export type ToStore =
  | { readonly kind: 'open'; readonly options: StoreOptions }
  | { readonly kind: 'append'; readonly rows: StoredRows }
  | { readonly kind: 'commit'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'ask'; readonly query: string; readonly args: readonly unknown[] }
  | { readonly kind: 'export'; readonly settings: ExportSettings }
  | { readonly kind: 'close' }

/** Every message is answered, by its number. */
export interface Asked {
  readonly id: number
  readonly message: ToStore
}

export type FromStore = Answer | { readonly notice: string }

export interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: {
    readonly message: string
    readonly name: string
    readonly fix?: string
    readonly kind?: 'unknown' | 'invalid'
  }
}
