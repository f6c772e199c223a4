/**
 * HyperLogLog: estimates how many different hashes were added, within 1 % (standard error 1.04 / √registers = 0.81 %), exactly for a few hundred.
 * Estimator: O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), https://arxiv.org/abs/1702.01284, algorithm 6.
 */

const INDEX_BITS = 14
const REGISTERS = 2 ** INDEX_BITS
/** bits the rank is taken from */
const RANK_BITS = 32
/** Most groups see few values: up to that many registers are kept as a map, 16 KB are spent only beyond. */
const SPARSE_LIMIT = 1024

/** Greatest rank by register; registers that are absent or 0 have seen nothing. */
export type Sketch = Map<number, number> | Uint8Array

export function emptySketch(): Sketch {
  return new Map()
}

/** Adds a value's text; changes the sketch, or returns its dense form. */
export function addText(sketch: Sketch, text: string): Sketch {
  const register = murmur3(text, 0x9747b28c) >>> (32 - INDEX_BITS)
  const rank = Math.clz32(murmur3(text, 0x3c6ef372)) + 1
  return raise(sketch, register, rank)
}

/** Adds all of `right` to `left`. */
export function mergeSketches(left: Sketch, right: Sketch): Sketch {
  let merged = left
  for (const [register, rank] of right.entries()) {
    if (rank > 0) merged = raise(merged, register, rank)
  }
  return merged
}

export function estimate(sketch: Sketch): number {
  const histogram = new Float64Array(RANK_BITS + 2)
  for (const rank of sketch.values()) histogram[rank]++
  if (sketch instanceof Map) histogram[0] = REGISTERS - sketch.size
  let z = REGISTERS * tau(1 - histogram[RANK_BITS + 1] / REGISTERS)
  for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + histogram[rank])
  z += REGISTERS * sigma(histogram[0] / REGISTERS)
  return REGISTERS ** 2 / (2 * Math.LN2 * z)
}

function raise(sketch: Sketch, register: number, rank: number): Sketch {
  if (sketch instanceof Uint8Array) {
    if (rank > sketch[register]) sketch[register] = rank
    return sketch
  }
  if (rank > (sketch.get(register) ?? 0)) sketch.set(register, rank)
  return sketch.size > SPARSE_LIMIT ? dense(sketch) : sketch
}

function dense(sparse: Map<number, number>): Uint8Array {
  const registers = new Uint8Array(REGISTERS)
  for (const [register, rank] of sparse) registers[register] = rank
  return registers
}

function sigma(start: number): number {
  if (start === 1) return Number.POSITIVE_INFINITY
  let x = start
  let weight = 1
  let sum = x
  let previous: number
  do {
    x *= x
    previous = sum
    sum += x * weight
    weight *= 2
  } while (sum !== previous)
  return sum
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0
  let x = start
  let weight = 1
  let sum = 1 - x
  let previous: number
  do {
    x = Math.sqrt(x)
    previous = sum
    weight *= 0.5
    sum -= (1 - x) ** 2 * weight
  } while (sum !== previous)
  return sum / 3
}

/** MurmurHash3 (x86, 32 bits) over the UTF-16 units of a text. https://github.com/aappleby/smhasher/wiki/MurmurHash3 */
function murmur3(text: string, seed: number): number {
  let hash = seed
  for (let i = 0; i < text.length; i += 2) {
    let block = text.charCodeAt(i) | (i + 1 < text.length ? text.charCodeAt(i + 1) << 16 : 0)
    block = Math.imul(block, 0xcc9e2d51)
    block = (block << 15) | (block >>> 17)
    hash ^= Math.imul(block, 0x1b873593)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  hash ^= text.length * 2
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
