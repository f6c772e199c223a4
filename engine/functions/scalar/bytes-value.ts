/** All the pieces one after another. */
export function concatBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    joined.set(piece, offset)
    offset += piece.length
  }
  return joined
}

/** Index of the first occurrence at or after `from`; -1 when there is none. */
export function indexOfBytes(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let i = from; i <= bytes.length - wanted.length; i++) {
    if (wanted.every((byte, j) => bytes[i + j] === byte)) return i
  }
  return -1
}
