import { readingSchema } from '../gpuz/reading-schema.ts'
import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import type { Finding } from './finding.ts'
import { readingsStream } from './readings-stream.ts'

const FIX = 'gpumon submit --registry URL'

/** Whether the schema of readings is the one that this program writes by. @throws SchemaRegistryError */
export async function registryFindings(registry: SchemaRegistryClient): Promise<Finding[]> {
  const subject = `${(await readingsStream()).topic}-value`
  const what = `schema ${subject}`
  const latest = await registry.latest(subject)
  const answers: Finding = { health: 'well', what: 'schema registry', text: 'answers' }
  if (latest === null) return [answers, { health: 'wrong', what, text: 'is not registered', fix: FIX }]
  const version = await registry.versionOf(subject, JSON.stringify(readingSchema()))
  const level = await registry.compatibility(subject)
  const isNewest = version === latest.version
  const text = isNewest
    ? `is this program's: version ${version}, id ${latest.id}`
    : version === null
      ? `version ${latest.version} is live, which is not the schema of this program`
      : `version ${latest.version} is live, this program writes by version ${version}`
  return [
    answers,
    isNewest ? { health: 'well', what, text } : { health: version === null ? 'wrong' : 'note', what, text, fix: FIX },
    level === null || level === 'NONE'
      ? { health: 'wrong', what, text: 'has no compatibility level of its own: any schema would be taken', fix: FIX }
      : { health: 'well', what, text: `compatibility ${level}` },
  ]
}
