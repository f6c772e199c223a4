import type { RegisteredSchema, SchemaRegistry } from './format.ts'

/** A Schema Registry that lives in memory: the embedded engine's own, and what a real one is read into. */
export class MemorySchemaRegistry implements SchemaRegistry {
  private readonly bySubject = new Map<string, RegisteredSchema[]>()
  private readonly ids = new Map<number, RegisteredSchema>()

  register(subject: string, schema: string, type: RegisteredSchema['type'], id?: number): number {
    const versions = this.bySubject.get(subject) ?? []
    const known = versions.find((version) => version.schema === schema && version.type === type)
    if (known !== undefined && (id === undefined || id === known.id)) return known.id
    const registered = { id: this.idFor(schema, type, id), version: versions.length + 1, schema, type }
    this.ids.set(registered.id, registered)
    this.bySubject.set(subject, [...versions, registered])
    return registered.id
  }

  latest(subject: string): RegisteredSchema | null {
    return this.bySubject.get(subject)?.at(-1) ?? null
  }

  byId(id: number): RegisteredSchema | null {
    return this.ids.get(id) ?? null
  }

  subjects(): string[] {
    return [...this.bySubject.keys()]
  }

  /** One schema has one id under all subjects. */
  private idFor(schema: string, type: RegisteredSchema['type'], wanted: number | undefined): number {
    if (wanted !== undefined) {
      const holder = this.ids.get(wanted)
      if (holder !== undefined && (holder.schema !== schema || holder.type !== type)) {
        throw new Error(`schema id ${wanted} already stands for another schema`)
      }
      return wanted
    }
    for (const [id, registered] of this.ids) {
      if (registered.schema === schema && registered.type === type) return id
    }
    let id = this.ids.size + 1
    while (this.ids.has(id)) id++
    return id
  }
}
