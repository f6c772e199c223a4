import { readingSchema } from '../gpuz/reading-schema.ts'
import type { SchemaRegistryClient, SubjectSchema } from '../kafka/schema-registry.ts'
import { type Finding, findings } from './finding.ts'
import { readingsStream } from './readings-stream.ts'

const OWN = JSON.stringify(readingSchema())
const FIX = 'gpumon submit --registry URL'

/** Whether the schema of readings is the one that this program writes by. @throws SchemaRegistryError when nobody answers */
export async function registryFindings(registry: SchemaRegistryClient): Promise<Finding[]> {
  const subject = `${(await readingsStream()).topic}-value`
  const what = `schema ${subject}`
  const latest = await registry.latest(subject)
  const answers: Finding = { health: 'well', what: 'schema registry', text: 'answers' }
  if (latest === null) return [answers, { health: 'wrong', what, text: 'is not registered', fix: FIX }]
  return [
    answers,
    ...(await findings(
      [what, async () => [versionFinding(what, latest, await registry.versionOf(subject, OWN))]],
      [what, async () => [levelFinding(what, await registry.compatibility(subject))]],
    )),
  ]
}

function versionFinding(what: string, { version: live, id }: SubjectSchema, own: number | null): Finding {
  if (own === live) return { health: 'well', what, text: `is this program's: version ${own}, id ${id}` }
  if (own === null) {
    const text = `version ${live} is live, which is not the schema of this program`
    return { health: 'wrong', what, text, fix: FIX }
  }
  const text = `version ${live} is live, this program writes by version ${own}`
  return { health: 'note', what, text, fix: 'none, if a newer gpumon writes there; else see who registered it' }
}

function levelFinding(what: string, level: string | null): Finding {
  if (level !== null && level !== 'NONE') return { health: 'well', what, text: `compatibility ${level}` }
  const text = 'has no compatibility level of its own: any schema would be taken'
  return { health: 'wrong', what, text, fix: FIX }
}
