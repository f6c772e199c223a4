import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytes, call } from '../call.ts'

describe('ENCODE', () => {
  it('reads hexadecimal plain, after 0x and in X quotes', () => {
    for (const hex of ['475055', "X'475055'", "x'475055'", '0x475055'])
      expect(call('ENCODE', hex, 'hex', 'utf8')).toBe('GPU')
    expect(call('ENCODE', '0x947', 'hex', 'ascii')).toBe('\tG')
    expect(call('ENCODE', '', 'hex', 'utf8')).toBe('')
  })

  it('is NULL for what is not in the encoding, or for an encoding there is not', () => {
    for (const hex of ['475', "X'475'", "X'47", '0x0x', 'zz']) expect(call('ENCODE', hex, 'hex', 'utf8')).toBeNull()
    expect(call('ENCODE', 'R1BV!', 'base64', 'utf8')).toBeNull()
    expect(call('ENCODE', 'GPU', 'utf8', 'utf16')).toBeNull()
    expect(call('ENCODE', 'GPU', 'toString', 'utf8')).toBeNull()
  })

  it('puts a question mark or a replacement character where ASCII has nothing', () => {
    expect(call('ENCODE', 'Ünß', 'ascii', 'utf8')).toBe('?n?')
    expect(call('ENCODE', 'c3', 'hex', 'ascii')).toBe('\ufffd')
    expect(call('ENCODE', 'a\ud800', 'utf8', 'hex')).toBe('613f')
  })

  it('takes names of encodings in any case', () => {
    expect(call('ENCODE', 'GPU', 'UTF8', 'Base64')).toBe('R1BV')
  })
})

describe('TO_BYTES and FROM_BYTES', () => {
  it('undo each other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.constantFrom('hex', 'base64'), (value, encoding) => {
        expect(call('TO_BYTES', call('FROM_BYTES', value, encoding), encoding)).toEqual(value)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(call('FROM_BYTES', call('TO_BYTES', text, 'utf8'), 'utf8')).toBe(text.replace(/\p{Surrogate}/gu, '?'))
      }),
    )
  })

  it('write hexadecimal in upper case, unlike ENCODE', () => {
    expect(call('FROM_BYTES', bytes(0x1a, 0xff), 'hex')).toBe('1AFF')
    expect(call('ENCODE', '1AFF', 'hex', 'hex')).toBe('1aff')
  })

  it('keep a byte order mark', () => {
    expect(call('FROM_BYTES', bytes(0xef, 0xbb, 0xbf, 0x41), 'utf8')).toBe('\ufeffA')
  })
})

describe('numbers from bytes', () => {
  it('are big-endian unless said otherwise', () => {
    expect(call('INT_FROM_BYTES', bytes(0, 0, 1, 2))).toBe(258)
    expect(call('INT_FROM_BYTES', bytes(254, 255, 255, 255), 'LITTLE_ENDIAN')).toBe(-2)
    expect(call('BIGINT_FROM_BYTES', bytes(128, 0, 0, 0, 0, 0, 0, 0))).toBe(-(2n ** 63n))
    expect(call('DOUBLE_FROM_BYTES', bytes(0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 'BIG_ENDIAN')).toBe(1.5)
  })

  it('are NULL for another length or order', () => {
    expect(call('INT_FROM_BYTES', bytes(1, 2, 3))).toBeNull()
    expect(call('DOUBLE_FROM_BYTES', bytes(1, 2, 3, 4))).toBeNull()
    expect(call('INT_FROM_BYTES', bytes(1, 2, 3, 4), 'MIDDLE_ENDIAN')).toBeNull()
  })

  it('read a part of a larger buffer', () => {
    expect(call('INT_FROM_BYTES', bytes(9, 9, 0, 0, 0, 7).subarray(2))).toBe(7)
  })
})
