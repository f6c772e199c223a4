import { expect, test } from 'vitest'
import { explain } from '../../cli/failure.ts'

test('an error is told with the chain of its causes', () => {
  const cause = new Error('line 3, column 7: no such column "GPU_TMP"')
  expect(explain(new Error('03-alerts.ksql cannot run', { cause }))).toBe(
    'error: 03-alerts.ksql cannot run\n  because: line 3, column 7: no such column "GPU_TMP"',
  )
})

test('what is thrown and no error is told too', () => {
  expect(explain('lost')).toBe('error: lost')
})
