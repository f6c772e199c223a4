import type { RegisteredSchema, SchemaRegistry } from '../engine/index.ts'
import type { SchemaFact } from './log-entry.ts'

/**
 * What of a real schema registry the engine needs, with the ids that it has there. The engine asks without waiting, so everything is read and registered before:
 * a schema that was not is an error.
 */
export class MirroredRegistry implements SchemaRegistry {
  readonly #subjects = new Map<string, RegisteredSchema[]>()
  readonly #ids = new Map<number, RegisteredSchema>()

  /** The newest schema of a subject. */
  adopt({ subject, schema, type, id }: SchemaFact): void {
    const older = (this.#subjects.get(subject) ?? []).filter((known) => known.schema !== schema || known.type !== type)
    const registered = { id, version: older.length + 1, schema, type }
    this.#subjects.set(subject, [...older, registered])
    this.adoptId(id, schema, type)
  }

  /** A schema that records are written with, of whatever subject. */
  adoptId(id: number, schema: string, type: RegisteredSchema['type']): void {
    // the registry may tell one schema in two ways, with and without spaces
    if (!this.#ids.has(id)) this.#ids.set(id, { id, version: 1, schema, type })
  }

  register(subject: string, schema: string, type: RegisteredSchema['type'], id?: number): number {
    const known = this.#subjects.get(subject)?.find((one) => one.schema === schema && one.type === type)
    if (known !== undefined && (id === undefined || id === known.id)) return known.id
    return this.unknown(subject, schema, type, id)
  }

  latest(subject: string): RegisteredSchema | null {
    return this.#subjects.get(subject)?.at(-1) ?? null
  }

  byId(id: number): RegisteredSchema | null {
    return this.#ids.get(id) ?? null
  }

  subjects(): string[] {
    return [...this.#subjects.keys()]
  }

  /** All that was adopted by subject, the oldest first. */
  facts(): SchemaFact[] {
    return [...this.#subjects].flatMap(([subject, versions]) =>
      versions.map(({ schema, type, id }) => ({ subject, schema, type, id })),
    )
  }

  /** One with the same schemas, which takes others as well and keeps them in mind. */
  trial(): TrialRegistry {
    const copy = new TrialRegistry()
    for (const { id, schema, type } of this.#ids.values()) copy.adoptId(id, schema, type)
    for (const fact of this.facts()) copy.adopt(fact)
    return copy
  }

  protected unknown(subject: string, schema: string, _type: RegisteredSchema['type'], _id: number | undefined): number {
    throw new Error(`the schema of ${subject} was not registered before it was needed: ${schema}`)
  }
}

/** For a sandbox: what is registered here is to be registered with the real registry. */
export class TrialRegistry extends MirroredRegistry {
  readonly wanted: { readonly subject: string; readonly schema: string }[] = []

  protected override unknown(
    subject: string,
    schema: string,
    type: RegisteredSchema['type'],
    id = -(this.wanted.length + 1),
  ): number {
    this.wanted.push({ subject, schema })
    this.adopt({ subject, schema, type, id })
    return id
  }
}
