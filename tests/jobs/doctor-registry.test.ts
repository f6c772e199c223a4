import { expect, test } from 'vitest'
import { registryFindings } from '../../jobs/doctor-registry.ts'
import { SchemaRegistryClient } from '../../kafka/schema-registry.ts'
import { type StandInAnswer, standIn } from '../rest-stand-in.ts'

const SUBJECT = '/subjects/gpu.readings-value'

interface Registry {
  readonly live: number
  /** version that is this program's schema; null: none */
  readonly own: number | null
  readonly config: StandInAnswer
}

/** A stand-in: the real registry of tests/real would have to be given a future schema, and has a level of its own from the start. */
async function found({ live, own, config }: Registry) {
  const url = await standIn((request) => {
    if (request === `GET ${SUBJECT}/versions/latest`) return { body: { id: 7, version: live, schema: '"string"' } }
    if (request === `POST ${SUBJECT}`) return own === null ? undefined : { body: { version: own } }
    return request === 'GET /config/gpu.readings-value' ? config : undefined
  })
  return (await registryFindings(new SchemaRegistryClient(url))).slice(1)
}

const backward = { body: { compatibilityLevel: 'BACKWARD' } }

test('a newer version than this program writes by is worth knowing, and no fault', async () => {
  expect(await found({ live: 3, own: 2, config: backward })).toMatchObject([
    {
      health: 'note',
      text: 'version 3 is live, this program writes by version 2',
      fix: expect.stringContaining('none, if a newer'),
    },
    { health: 'well', text: 'compatibility BACKWARD' },
  ])
})

test.each([
  ['none is set', { status: 404, body: { error_code: 40408, message: 'no level' } }],
  ['it is NONE', { body: { compatibilityLevel: 'NONE' } }],
])('a subject that takes any schema is wrong: %s', async (_, config) => {
  expect(await found({ live: 2, own: 2, config })).toMatchObject([
    { health: 'well', text: "is this program's: version 2, id 7" },
    { health: 'wrong', text: expect.stringContaining('no compatibility level'), fix: 'gpumon submit --registry URL' },
  ])
})

test('a level that is not told hides nothing of the schema', async () => {
  const broken = { status: 500, body: { error_code: 50001, message: 'store is away' } }
  expect(await found({ live: 2, own: null, config: broken })).toMatchObject([
    { health: 'wrong', text: 'version 2 is live, which is not the schema of this program' },
    { health: 'wrong', text: expect.stringContaining('HTTP 500, store is away') },
  ])
})
