import type { Checkpoint, StoredRows } from './checkpoint.ts'
import type { StoreOptions } from './store.ts'

export type ToStore =
  | { readonly kind: 'open'; readonly options: StoreOptions }
  | { readonly kind: 'append'; readonly rows: StoredRows }
  | { readonly kind: 'commit'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'ask'; readonly query: string; readonly args: readonly unknown[] }
  | { readonly kind: 'close' }

/** Every message is answered, by its number. */
export interface Asked {
  readonly id: number
  readonly message: ToStore
}

export interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: { readonly message: string; readonly name: string; readonly fix?: string }
}
