import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitWindowedKey, windowedKey } from '../../ksql-kafka/windowed-key.ts'

const RUNS = Number(process.env['GPUMON_RUNS'] ?? 300)
const key = fc.uint8Array({ maxLength: 40 })
const time = fc.integer({ min: 0, max: 4_102_444_800_000 })

test('a time window is told by its start behind the key, a session by its end and its start', () => {
  const inner = Buffer.from('a')
  const tumbling = windowedKey(inner, { type: 'time', start: 1, end: 30_001 })
  expect(tumbling.toString('hex')).toBe('61' + '0000000000000001')
  const session = windowedKey(inner, { type: 'session', start: 1, end: 256 })
  expect(session.toString('hex')).toBe('61' + '0000000000000100' + '0000000000000001')
})

test('what was written is read again, whatever the key', () => {
  const window = fc.tuple(time, fc.integer({ min: 0, max: 1e9 }))
  fc.assert(
    fc.property(key, window, fc.constantFrom('TUMBLING', 'HOPPING', 'SESSION'), (inner, [start, size], windowType) => {
      const type = windowType === 'SESSION' ? 'session' : 'time'
      const written = { type, start, end: start + size } as const
      const read = splitWindowedKey(windowedKey(inner, written), { windowType, windowSize: size })
      expect(read.window).toEqual(written)
      expect(Buffer.compare(read.key, inner)).toBe(0)
    }),
    { numRuns: RUNS },
  )
})

test('bytes that are too few for a window are no windowed key', () => {
  const session = { windowType: 'SESSION', windowSize: null } as const
  expect(() => splitWindowedKey(Buffer.alloc(15), session)).toThrow(
    'a key of 15 bytes is too short to have a SESSION window',
  )
})
