import { describe, expect, it } from 'vitest'
import { javaRegex } from '../../../../engine/functions/scalar/java-regex.ts'
import { call, callWith } from '../call.ts'

describe('Java regular expressions', () => {
  it.each([
    ['.', ['a', 'ä', '😀'], ['\n', '\r', '\u0085', '']],
    ['(?s).', ['\n', 'a'], ['']],
    ['\\s', [' ', '\t', '\u000b'], ['\u00a0', '\u2003', 'x']],
    ['\\h', ['\u00a0', ' '], ['\n']],
    ['\\v', ['\n', '\u2028'], [' ']],
    ['\\R', ['\r\n', '\n'], ['\n\r']],
    ['\\d{2,3}?', ['12', '123'], ['1', '١٢']],
    ['[a-z&&[^aeiou]]+', ['xyz'], ['a', 'B']],
    ['[a-c[x-z]]', ['b', 'y'], ['m', '[']],
    ['[a-z&&[def]&&[^e]]', ['d'], ['e', 'a']],
    ['[^\\d_-]', ['a'], ['1', '_', '-']],
    ['[]a]', [']', 'a'], ['[']],
    ['[(){}|/.&]+', ['({|})/.&'], ['x']],
    ['[\\w.-]+@x', ['a.b-c@x'], ['@x']],
    ['\\p{Alpha}+', ['aZ'], ['é', '1']],
    ['\\P{Alpha}', ['é'], ['a']],
    ['\\p{L}\\pN', ['é1'], ['1é']],
    ['\\p{IsLatin}', ['é'], ['λ']],
    ['\\p{Punct}', ['!', '-', '~', '\\'], ['a', ' ']],
    ['\\Qa.b*\\E+', ['a.b*', 'a.b**'], ['axb']],
    ['\\x41\\u0042\\x{1F600}\\0103\\cA', ['AB😀C\u0001'], ['A']],
    ['(a)(b)\\2\\1', ['abba'], ['abab']],
    ['(?<unit>C|F) \\k<unit>', ['C C'], ['C F']],
    ['(?i)GeForce', ['gEfORCE'], ['gforce']],
    ['a(?=b).|a(?!b).', ['ab', 'ac'], ['b']],
    ['\\#\\-\\/\\ ', ['#-/ '], ['#']],
    ['a]}', ['a]}'], ['a']],
  ])('%s', (pattern, matching, others) => {
    const flags = /^\(\?[a-z]+\)/.exec(pattern)?.[0] ?? ''
    const regex = javaRegex(`${flags}\\A(?:${pattern.slice(flags.length)})\\z`)
    const whole = (text: string) => regex.test(text)
    expect(matching.filter((text) => !whole(text))).toEqual([])
    expect(others.filter(whole)).toEqual([])
  })

  it('ends a line before its last terminator', () => {
    expect(javaRegex('a$').test('a\n')).toBe(true)
    expect(javaRegex('a\\Z').test('a\r\n')).toBe(true)
    expect(javaRegex('a\\z').test('a\n')).toBe(false)
    expect(javaRegex('a$').test('a\nb')).toBe(false)
    expect(javaRegex('(?m)a$').test('a\nb')).toBe(true)
    expect(javaRegex('(?m)\\Ab').test('a\nb')).toBe(false)
  })

  it.each([
    ['a*+', "possessive quantifier '*+'"],
    ['a{1,2}+', "possessive quantifier '{1,2}+'"],
    ['(?>a)', 'an atomic group'],
    ['a(?i)b', 'flags inside the pattern'],
    ['(?x)a', "the flag 'x'"],
    ['\\Ga', '\\G'],
    ['\\p{InGreek}', 'InGreek'],
    ['[a', 'unfinished'],
    ['a\\', 'unfinished'],
    ['\\y', '\\y'],
  ])('refuses %s by name', (pattern, what) => {
    expect(() => javaRegex(pattern)).toThrow(what)
  })

  it('refuses what is no pattern at all', () => {
    expect(() => javaRegex('(a')).toThrow("Not a regular expression: '(a'.")
    expect(() => javaRegex('*a')).toThrow('Not a regular expression')
  })
})

describe('REGEXP_EXTRACT', () => {
  it('takes the first match, or a group of it', () => {
    expect(call('REGEXP_EXTRACT', '\\d+', 'RTX 3080 12GB')).toBe('3080')
    expect(call('REGEXP_EXTRACT', '(\\d+)(GB)', 'RTX 3080 12GB', 2)).toBe('GB')
  })

  it('is NULL without match or group', () => {
    expect(call('REGEXP_EXTRACT', 'x', 'RTX')).toBeNull()
    expect(call('REGEXP_EXTRACT', 'R', 'RTX', 1)).toBeNull()
    expect(call('REGEXP_EXTRACT', 'R', 'RTX', -1)).toBeNull()
    expect(call('REGEXP_EXTRACT', 'R(Y)?', 'RTX', 1)).toBeNull()
  })

  it('starts anew in every row', () => {
    const options = { constant: false }
    expect(callWith(options, 'REGEXP_EXTRACT', ['a', 'aa'])).toBe('a')
    expect(callWith(options, 'REGEXP_EXTRACT', ['(', 'aa'])).toBeNull()
  })

  it('refuses a literal that is no pattern when the query is compiled', () => {
    expect(() => call('REGEXP_EXTRACT', '(', 'aa')).toThrow("Not a regular expression: '('.")
  })

  it('takes all matches, or a group of each', () => {
    expect(call('REGEXP_EXTRACT_ALL', '\\d+', 'a1b22')).toEqual(['1', '22'])
    expect(call('REGEXP_EXTRACT_ALL', '(\\d)(x)?', '1x2', 2)).toEqual(['x', null])
    expect(call('REGEXP_EXTRACT_ALL', '(\\d)', 'ab', 1)).toEqual([])
    expect(call('REGEXP_EXTRACT_ALL', '(\\d)', '1', 2)).toBeNull()
  })
})

describe('REGEXP_REPLACE', () => {
  it('replaces every match', () => {
    expect(call('REGEXP_REPLACE', 'a1b22', '\\d+', '#')).toBe('a#b#')
    expect(call('REGEXP_REPLACE', 'a1', '\\d', null)).toBeNull()
  })

  it('puts groups in, and takes escaped characters as they are', () => {
    expect(call('REGEXP_REPLACE', '55 C', '(\\d+) (\\w)', '$2=$1')).toBe('C=55')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Java's way of naming a group
    expect(call('REGEXP_REPLACE', '55 C', '(?<n>\\d+)', '<${n}>')).toBe('<55> C')
    expect(call('REGEXP_REPLACE', '55', '5', '\\$1')).toBe('$1$1')
    expect(call('REGEXP_REPLACE', '55', '5', '$&')).toBeNull()
    expect(call('REGEXP_REPLACE', '55', '5', '$1')).toBeNull()
  })
})

describe('REGEXP_SPLIT_TO_ARRAY', () => {
  it('keeps empty parts but no groups', () => {
    expect(call('REGEXP_SPLIT_TO_ARRAY', '1a22b', '([a-z])')).toEqual(['1', '22', ''])
    expect(call('REGEXP_SPLIT_TO_ARRAY', 'xx1', 'x')).toEqual(['', '', '1'])
    expect(call('REGEXP_SPLIT_TO_ARRAY', '1', 'x')).toEqual(['1'])
  })

  it('splits every character for an empty pattern', () => {
    expect(call('REGEXP_SPLIT_TO_ARRAY', 'abc', '')).toEqual(['a', 'b', 'c'])
    expect(call('REGEXP_SPLIT_TO_ARRAY', 'a1', 'x*')).toEqual(['a', '1'])
  })
})
