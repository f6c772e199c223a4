import { expect, it } from 'vitest'
import { functionReference } from '../../../engine/functions/reference.ts'
import { describeFunctions } from '../../../engine/functions/registry.ts'

it('docs/functions.md shows the functions as they are (npx vitest run tests/engine/functions/reference.test.ts -u writes it)', async () => {
  await expect(functionReference(describeFunctions())).toMatchFileSnapshot('../../../docs/functions.md')
})
