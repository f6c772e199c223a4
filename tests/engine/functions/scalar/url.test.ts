import { describe, expect, it } from 'vitest'
import { call } from '../call.ts'

describe('URL parameters', () => {
  it('are escaped as forms are', () => {
    expect(call('URL_ENCODE_PARAM', 'a b+c/é*~')).toBe('a+b%2Bc%2F%C3%A9*%7E')
    expect(call('URL_DECODE_PARAM', 'a+b%2Bc%2F%C3%A9')).toBe('a b+c/é')
    expect(call('URL_DECODE_PARAM', '50%')).toBeNull()
  })

  it('are found by their unescaped names', () => {
    const url = 'http://h/?a%20b=c%26d&x=1&x=2&empty=&bare'
    expect(call('URL_EXTRACT_PARAMETER', url, 'a b')).toBe('c&d')
    expect(call('URL_EXTRACT_PARAMETER', url, 'x')).toBe('1')
    expect(call('URL_EXTRACT_PARAMETER', url, 'empty')).toBe('')
    expect(call('URL_EXTRACT_PARAMETER', url, 'bare')).toBeNull()
    expect(call('URL_EXTRACT_PARAMETER', url, 'y')).toBeNull()
    expect(call('URL_EXTRACT_PARAMETER', 'http://h', 'y')).toBeNull()
  })
})

describe('parts of a URL', () => {
  const parts = ['PROTOCOL', 'HOST', 'PORT', 'PATH', 'QUERY', 'FRAGMENT']

  it.each([
    ['https://me@gpu.example.com:8080/a%20b?q=%C3%A9#top', ['https', 'gpu.example.com', 8080, '/a b', 'q=é', 'top']],
    ['http://example.com', ['http', 'example.com', null, '', null, null]],
    ['gpu.example.com/x', [null, null, null, 'gpu.example.com/x', null, null]],
    ['http://192.168.0.1:80?', ['http', '192.168.0.1', 80, '', '', null]],
    ['http://[::1]:9/', ['http', '[::1]', 9, '/', null, null]],
    ['http://under_score/x', ['http', null, null, '/x', null, null]],
    ['mailto:me@example.com', ['mailto', null, null, null, null, null]],
    ['http://a b/', [null, null, null, null, null, null]],
    ['http://a/%zz', [null, null, null, null, null, null]],
    ['', [null, null, null, '', null, null]],
  ])('%s', (url, expected) => {
    expect(parts.map((part) => call(`URL_EXTRACT_${part}`, url))).toEqual(expected)
  })
})
