import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Address, formatAddress, lastText, parseAddress, VIEWS } from '../../web/address.ts'

const time = fc.integer({ min: 0, max: 4_102_444_800_000 })
const range = fc.tuple(time, fc.integer({ min: 1, max: 1e11 })).map(([from, length]) => ({ from, to: from + length }))
const name = fc.string({ minLength: 1, unit: 'grapheme' })
const side = fc.tuple(range, name).map(([stretch, device]) => ({ device, ...stretch }))
const field = fc.stringMatching(/^[a-z][a-z_0-9]{0,20}$/)
const address: fc.Arbitrary<Address> = fc.record({
  view: fc.constantFrom(...VIEWS),
  device: fc.option(name),
  range: fc.option(range),
  last: fc.option(
    fc.oneof(
      fc.constant(Infinity),
      fc.integer({ min: 1, max: 1e8 }).map((seconds) => 1_000 * seconds),
    ),
  ),
  sensors: fc.option(fc.array(field)),
  sensor: fc.option(field),
  a: fc.option(side),
  b: fc.option(side),
  sql: fc.option(fc.string({ unit: 'grapheme' })),
})

test('what the address bar says is what was meant, whatever names and texts are in it', () => {
  fc.assert(
    fc.property(address, (one) => {
      expect(parseAddress(formatAddress(one))).toEqual(one)
    }),
    { numRuns: Number(process.env['GPUMON_RUNS'] ?? 500) },
  )
})

test('an address is short and can be read', () => {
  const text = formatAddress({
    ...parseAddress(''),
    view: 'charts',
    range: { from: 0, to: 90_000 },
    sensors: ['a', 'b'],
  })
  expect(text).toBe('?view=charts&from=1970-01-01T00:00:00Z&to=1970-01-01T00:01:30Z&sensors=a,b')
  expect([Infinity, 86_400_000, 5_400_000, 61_000].map(lastText)).toEqual(['all', '1d', '90m', '61s'])
})

test.each([
  '?view=nonsense',
  '?from=x&to=y',
  '?from=1970-01-02&to=1970-01-01',
  '?last=0m',
  '?last=5y',
  '?a=~~',
  '?a=1970-01-01~1971-01-01',
])('what makes no sense is as if it were not there: %s', (search) => {
  expect(parseAddress(search)).toEqual(parseAddress(''))
})
