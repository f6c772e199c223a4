import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import type { KnownSchema } from './engine-like.ts'
import type { SchemaFile } from './submit-files.ts'
import { isChange, type PlanPart, type PlanStep } from './submit-plan.ts'

/**
 * What each schema changes at the registry: a new version of its subject, or that the subject checks compatibility from now on.
 * @throws SchemaRegistryError for a schema that is not compatible with its subject's last one
 */
export async function planSchemas(schemas: readonly SchemaFile[], registry: SchemaRegistryClient): Promise<PlanPart> {
  const steps = await Promise.all(schemas.map((schema) => planSchema(schema, registry)))
  return {
    steps,
    apply: async (onDone) => {
      for (const [i, step] of steps.entries()) {
        if (!isChange(step)) continue
        await registry.register(schemas[i].subject, schemas[i].schema)
        onDone(step)
      }
    },
  }
}

async function planSchema({ file, subject, schema }: SchemaFile, registry: SchemaRegistryClient): Promise<PlanStep> {
  const head = { kind: 'schema', name: subject, place: file } as const
  const latest = await registry.latest(subject)
  if (latest === null) return { ...head, action: 'create', details: [] }
  const level = await registry.compatibility(subject)
  const unchecked = level === null || level === 'NONE'
  const details = unchecked ? ['the subject checks no compatibility: it will be BACKWARD'] : []
  if ((await registry.versionOf(subject, schema)) !== null)
    return { ...head, action: unchecked ? 'update' : 'unchanged', details }
  await registry.check(subject, schema)
  return { ...head, action: 'update', details: [`version ${latest.version} is there`, ...details] }
}

/** The newest schemas of keys and values of topics, as far as there are any. @throws SchemaRegistryError */
export async function schemasOf(topics: readonly string[], registry: SchemaRegistryClient): Promise<KnownSchema[]> {
  const subjects = [...new Set(topics)].flatMap((topic) => [`${topic}-key`, `${topic}-value`])
  const versions = await Promise.all(subjects.map((subject) => registry.latest(subject)))
  return versions.flatMap((version, i) => (version === null ? [] : [{ subject: subjects[i], ...version }]))
}
