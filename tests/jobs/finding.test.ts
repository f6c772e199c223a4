import { expect, test } from 'vitest'
import { type Finding, findings } from '../../jobs/finding.ts'

const well = (what: string): Finding => ({ health: 'well', what, text: 'answers' })
const fails = async () => {
  throw new Error('topic x is away', { cause: new Error('timed out') })
}

test('a check that cannot be made is a finding, and hides nothing that others have found', async () => {
  const found = await findings(['a', async () => [well('a')]], ['b', fails], ['c', async () => [well('c')]])
  expect(found).toEqual([well('a'), { health: 'wrong', what: 'b', text: 'topic x is away (timed out)' }, well('c')])
})
