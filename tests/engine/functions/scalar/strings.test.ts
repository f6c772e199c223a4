import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { call, callWith } from '../call.ts'

describe('case and blanks', () => {
  it('change letters of any script', () => {
    expect(call('UCASE', 'straße é')).toBe('STRASSE É')
    expect(call('LCASE', 'ÀB1')).toBe('àb1')
    expect(call('UCASE', null)).toBeNull()
  })

  it('capitalize the first letter of words between blanks only', () => {
    expect(call('INITCAP', 'gpu-core  tEMP\t4a')).toBe('Gpu-core  Temp\t4a')
  })

  it('trim blanks and control characters, but no other spaces', () => {
    expect(call('TRIM', ' \t\n\u0001x y\u0000 ')).toBe('x y')
    expect(call('TRIM', '\u00a0x\u2003')).toBe('\u00a0x\u2003')
  })

  it('count UTF-16 units and bytes', () => {
    expect(call('LEN', 'a😀')).toBe(3)
    expect(call('LEN', new Uint8Array(5))).toBe(5)
  })
})

describe('CONCAT', () => {
  it('skips NULL', () => {
    expect(call('CONCAT', 'a', null, 'b')).toBe('ab')
    expect(call('CONCAT', new Uint8Array([1]), null, new Uint8Array([2, 3]))).toEqual(new Uint8Array([1, 2, 3]))
  })

  it('with a separator skips NULL values, and is NULL for a NULL separator', () => {
    expect(call('CONCAT_WS', '-', 'a', null, '', 'b')).toBe('a--b')
    expect(call('CONCAT_WS', '-', null)).toBe('')
    expect(call('CONCAT_WS', null, 'a', 'b')).toBeNull()
    expect(call('CONCAT_WS', '-')).toBeNull()
    const [zero, one, two] = [0, 1, 2].map((byte) => new Uint8Array([byte]))
    expect(call('CONCAT_WS', zero, one, null, two)).toEqual(new Uint8Array([1, 0, 2]))
  })
})

describe('SUBSTRING', () => {
  it.each([
    [[2], 'eForce'],
    [[1, 2], 'Ge'],
    [[0, 2], 'Ge'],
    [[-3], 'rce'],
    [[-3, 2], 'rc'],
    [[-20, 2], 'Ge'],
    [[6, 99], 'ce'],
    [[8], ''],
    [[3, -1], ''],
  ])('of GeForce at %j is %j', (position, expected) => {
    expect(call('SUBSTRING', 'GeForce', ...position)).toBe(expected)
    const bytes = new Uint8Array(Buffer.from('GeForce'))
    expect(call('SUBSTRING', bytes, ...position)).toEqual(new Uint8Array(Buffer.from(expected)))
  })

  it('is NULL for any NULL', () => {
    expect(call('SUBSTRING', 'GeForce', null)).toBeNull()
    expect(call('SUBSTRING', 'GeForce', 1, null)).toBeNull()
  })

  it('takes start and end from 0 where legacy arguments are asked for', () => {
    const legacy = { properties: { 'ksql.functions.substring.legacy.args': 'true' } }
    expect(callWith(legacy, 'SUBSTRING', ['GeForce', 1, 3])).toBe('eF')
    expect(callWith(legacy, 'SUBSTRING', ['GeForce', 2])).toBe('Force')
    expect(callWith(legacy, 'SUBSTRING', ['GeForce', 2, 99])).toBeNull()
    expect(callWith(legacy, 'SUBSTRING', ['GeForce', -1])).toBeNull()
  })
})

describe('INSTR', () => {
  it.each([
    [['an'], 2],
    [['xy'], 0],
    [['an', 3], 4],
    [['an', 1, 2], 4],
    [['an', 1, 3], 0],
    [['ana', 1, 2], 4],
    [['an', -1], 4],
    [['an', -4], 2],
    [['an', -1, 2], 2],
    [['an', -1, 3], 0],
    [['an', 0], 0],
    [['an', 1, 0], 0],
    [['an', 99], 0],
    [['an', -99], 0],
  ])('in banana of %j is %i', (args, position) => {
    expect(call('INSTR', 'banana', ...args)).toBe(position)
  })
})

describe('REPLACE', () => {
  it('replaces every occurrence by the very text', () => {
    expect(call('REPLACE', 'a.b.c', '.', '$&')).toBe('a$&b$&c')
    expect(call('REPLACE', 'ab', '', '-')).toBe('-a-b-')
    expect(call('REPLACE', 'ab', 'a', null)).toBeNull()
  })
})

describe('padding', () => {
  it('fills from one side, repeating the padding', () => {
    expect(call('LPAD', '42', 7, 'xyz')).toBe('xyzxy42')
    expect(call('RPAD', '42', 7, 'xyz')).toBe('42xyzxy')
  })

  it('cuts what is too long', () => {
    expect(call('LPAD', 'GeForce', 2, ' ')).toBe('Ge')
    expect(call('RPAD', 'GeForce', 0, ' ')).toBe('')
  })

  it('is NULL for a negative length or an empty padding', () => {
    expect(call('LPAD', 'a', -1, ' ')).toBeNull()
    expect(call('RPAD', 'a', 0, '')).toBeNull()
  })

  it('pads bytes as it pads text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('LPAD', 'RPAD'),
        fc.string({ unit: 'grapheme-ascii', maxLength: 6 }),
        fc.integer({ min: -2, max: 12 }),
        fc.string({ unit: 'grapheme-ascii', maxLength: 4 }),
        (name, text, length, padding) => {
          const padded = call(name, text, length, padding)
          const expected = typeof padded === 'string' ? new Uint8Array(Buffer.from(padded)) : null
          const [bytes, filler] = [text, padding].map((part) => new Uint8Array(Buffer.from(part)))
          expect(call(name, bytes, length, filler)).toEqual(expected)
        },
      ),
    )
  })
})

describe('SPLIT', () => {
  it('keeps empty parts', () => {
    expect(call('SPLIT', '/a//b/', '/')).toEqual(['', 'a', '', 'b', ''])
    expect(call('SPLIT', 'a', '/')).toEqual(['a'])
    expect(call('SPLIT', '', '/')).toEqual([''])
  })

  it('splits every unit for an empty delimiter', () => {
    expect(call('SPLIT', 'abc', '')).toEqual(['a', 'b', 'c'])
    expect(call('SPLIT', '', '')).toEqual([''])
    expect(call('SPLIT', new Uint8Array([7, 8]), new Uint8Array())).toEqual([new Uint8Array([7]), new Uint8Array([8])])
  })

  it('splits bytes as it splits text', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
    fc.assert(
      fc.property(part, part, (text, delimiter) => {
        const parts = call('SPLIT', text, delimiter) as string[]
        const [bytes, separator] = [text, delimiter].map((value) => new Uint8Array(Buffer.from(value)))
        expect(call('SPLIT', bytes, separator)).toEqual(parts.map((value) => new Uint8Array(Buffer.from(value))))
      }),
    )
  })

  it('to a map leaves out what is no entry', () => {
    expect(call('SPLIT_TO_MAP', 'a=1;b;;c=2=3;a=4', ';', '=')).toEqual(
      new Map([
        ['a', '4'],
        ['c', '2'],
      ]),
    )
    expect(call('SPLIT_TO_MAP', 'a=1', '', '=')).toBeNull()
    expect(call('SPLIT_TO_MAP', 'a=1', ';', '')).toBeNull()
  })
})

describe('ELT and FIELD', () => {
  it('undo each other', () => {
    expect(call('ELT', 2, 'a', 'b')).toBe('b')
    expect(call('FIELD', 'b', 'a', 'b')).toBe(2)
  })

  it('answer NULL and 0 for what is not there', () => {
    expect(call('ELT', 0, 'a')).toBeNull()
    expect(call('ELT', 2, 'a')).toBeNull()
    expect(call('ELT', 1, null)).toBeNull()
    expect(call('FIELD', 'c', 'a', 'b')).toBe(0)
    expect(call('FIELD', null, 'a', null)).toBe(0)
  })
})

describe('MASK', () => {
  it('hides letters, digits and the rest', () => {
    expect(call('MASK', 'Gpu 0: RTX-30é')).toBe('Xxx-n--XXX-nnx')
  })

  it('takes other masks, and NULL to keep a kind', () => {
    expect(call('MASK', 'Gpu 0', '#', null, '9!', null)).toBe('#pu 9')
    expect(call('MASK', 'Gpu 0', '', 'x', 'n', '-')).toBeNull()
  })

  it.each([
    ['MASK_KEEP_LEFT', 'Gpxx-n'],
    ['MASK_KEEP_RIGHT', 'Xxxx 0'],
    ['MASK_LEFT', 'Xxux 0'],
    ['MASK_RIGHT', 'Gpux-n'],
  ])('%s masks one part', (name, masked) => {
    expect(call(name, 'Gpux 0', 2)).toBe(masked)
    expect(call(name, 'Gpux 0', -1)).toBeNull()
    expect(call(name, null, 2)).toBeNull()
    expect(call(name, 'G', 9)).toBe(name.includes('KEEP') ? 'G' : 'X')
  })

  it('of a part takes other masks too', () => {
    expect(call('MASK_LEFT', 'Gpu', 2, null, '*', null, null)).toBe('G*u')
  })
})

describe('CHR', () => {
  it('gives the character of a code or an escape', () => {
    expect(call('CHR', 9)).toBe('\t')
    expect(call('CHR', 0x1f600)).toBe('😀')
    expect(call('CHR', '\\u0047')).toBe('G')
    expect(call('CHR', '\\ud83d\\ude00')).toBe('😀')
  })

  it('is NULL for what is no code', () => {
    expect(call('CHR', -1)).toBeNull()
    expect(call('CHR', 0x110000)).toBeNull()
    expect(call('CHR', 'G')).toBeNull()
    expect(call('CHR', '\\u00g0')).toBeNull()
  })
})

describe('UUID and MD5', () => {
  it('make random UUIDs', () => {
    const one = call('UUID')
    expect(one).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    expect(call('UUID')).not.toBe(one)
  })

  it('write 16 bytes as a UUID', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i * 17)
    expect(call('UUID', bytes)).toBe('00112233-4455-6677-8899-aabbccddeeff')
    expect(call('UUID', bytes.slice(1))).toBeNull()
  })

  it('hash the UTF-8 of a text', () => {
    expect(call('MD5', '')).toBe('d41d8cd98f00b204e9800998ecf8427e')
  })
})
