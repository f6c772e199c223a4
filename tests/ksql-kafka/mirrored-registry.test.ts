import { expect, test } from 'vitest'
import { MirroredRegistry } from '../../ksql-kafka/mirrored-registry.ts'

function registry(): MirroredRegistry {
  const mirrored = new MirroredRegistry()
  mirrored.adopt({ subject: 's', schema: '"int"', type: 'AVRO', id: 40 })
  mirrored.adopt({ subject: 's', schema: '"long"', type: 'AVRO', id: 41 })
  return mirrored
}

test('schemas have the ids of the real registry, and the newest of a subject is the one adopted last', () => {
  const mirrored = registry()
  expect(mirrored.register('s', '"int"', 'AVRO')).toBe(40)
  expect(mirrored.latest('s')).toMatchObject({ id: 41, schema: '"long"' })
  mirrored.adopt({ subject: 's', schema: '"int"', type: 'AVRO', id: 40 })
  expect(mirrored.latest('s')).toMatchObject({ id: 40 })
  expect(mirrored.byId(41)).toMatchObject({ schema: '"long"' })
})

test('a schema that was not registered before is an error, but in a trial one to be registered', () => {
  const mirrored = registry()
  expect(() => mirrored.register('t', '"string"', 'AVRO')).toThrow('the schema of t was not registered')
  const trial = mirrored.trial()
  const id = trial.register('t', '"string"', 'AVRO')
  expect(trial.byId(id)).toMatchObject({ schema: '"string"' })
  expect(trial.register('s', '"long"', 'AVRO')).toBe(41)
  expect(trial.wanted).toEqual([{ subject: 't', schema: '"string"' }])
  expect(mirrored.byId(id)).toBeNull()
})

test('a schema that the registry tells in two ways keeps its id', () => {
  const mirrored = registry()
  mirrored.adopt({ subject: 't', schema: ' "int"', type: 'AVRO', id: 40 })
  expect(mirrored.register('t', ' "int"', 'AVRO')).toBe(40)
  expect(mirrored.register('s', '"int"', 'AVRO')).toBe(40)
})
