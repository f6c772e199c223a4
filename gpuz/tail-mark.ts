import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** Long enough for the widest header and first data row seen, in UTF-16. */
const HEAD_BYTES = 16_384
/** Long enough to hold the stamp of the last row. */
const LAST_BYTES = 1_024

/** A `TailMark` that survives a restart: lengths and SHA-256 of the two pieces. */
export interface SavedMark {
  readonly head: { readonly length: number; readonly sha256: string }
  readonly last: { readonly length: number; readonly sha256: string }
}

/**
 * How a tail knows its file again: by the first and the last bytes it has read of it.
 *
 * File names and inode numbers are reused, and every GPU-Z log begins with the same header, so neither says that a file is
 * still the one whose first `offset` bytes were read. The bytes do: the head holds the first data row with its stamp, the
 * last bytes hold the stamp of the row read last. While only a header was read, all logs with this header are alike, and
 * going on behind it loses nothing. (Vector #25079, Filebeat #50566: offsets applied to a file with the same first line.)
 */
export class TailMark {
  #head: Buffer = Buffer.alloc(0)
  #last: Buffer = Buffer.alloc(0)

  /** Adds bytes just read. */
  append(chunk: Uint8Array): void {
    const room = HEAD_BYTES - this.#head.length
    if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)])
    const joined = chunk.length >= LAST_BYTES ? chunk : Buffer.concat([this.#last, chunk])
    this.#last = Buffer.from(joined.subarray(-LAST_BYTES))
  }

  /** Whether the first `offset` bytes of `file` can still be the ones that were read. */
  async matches(file: FileHandle, offset: number): Promise<boolean> {
    const head = await readExactly(file, 0, this.#head.length)
    if (!head.equals(this.#head)) return false
    const last = await readExactly(file, offset - this.#last.length, this.#last.length)
    return last.equals(this.#last)
  }

  save(): SavedMark {
    return {
      head: { length: this.#head.length, sha256: sha256(this.#head) },
      last: { length: this.#last.length, sha256: sha256(this.#last) },
    }
  }

  /** The mark as it was saved at `offset`, taken from the file itself; null where the file is another one. */
  static async restore(saved: SavedMark, file: FileHandle, offset: number): Promise<TailMark | null> {
    const mark = new TailMark()
    mark.#head = await readExactly(file, 0, saved.head.length)
    mark.#last = await readExactly(file, offset - saved.last.length, saved.last.length)
    return sha256(mark.#head) === saved.head.sha256 && sha256(mark.#last) === saved.last.sha256 ? mark : null
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What stands there, shorter where the file ends. */
async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}
