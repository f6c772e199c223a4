import { expect, test } from 'vitest'
import { parseCredentials } from '../../jobs/ksql-credentials.ts'

test('the first colon ends the name', () => {
  expect(parseCredentials('anna:se:cret')).toEqual({ username: 'anna', password: 'se:cret' })
})

test.each([
  ['geheim', 'GPUMON_KSQL_CREDENTIALS has no colon; set it to name:password, such as anna:secret'],
  ['', 'GPUMON_KSQL_CREDENTIALS has no colon'],
  [':geheim', 'GPUMON_KSQL_CREDENTIALS has no name before its colon'],
  ['geheim:', 'GPUMON_KSQL_CREDENTIALS has no password after its colon'],
])('of %j it is told where it comes from and what is wrong, without showing it', (text, words) => {
  expect(() => parseCredentials(text)).toThrow(words)
  expect(() => parseCredentials(text)).not.toThrow('geheim')
})
