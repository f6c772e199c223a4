import { expect, test } from 'vitest'
import { parseJsonFile } from '../../jobs/json-file.ts'

test('JSON is read, a byte order mark in front of it left out', () => {
  expect(parseJsonFile('a.json', '\uFEFF{"a": [1, 2.5]}')).toEqual({ a: [1, 2.5] })
})

test.each([
  ['{\n  "a": }', 'a.json:2:8'],
  ['{"a": 1,}', 'a.json:1:9'],
  ['{\n', 'a.json:2:1'],
  ['', 'a.json:1:1'],
  ['{"a": 1,\n "a": 2}', 'a.json:2:3'],
])('what is no JSON is told with its place: %j', (text, place) => {
  expect(() => parseJsonFile('a.json', text)).toThrow(`${place}: no JSON: `)
})
