// Writes the Avro schemas that derive from the sensor catalogue. After a change of the catalogue: npm run build && node dist/schemas/generate.js
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readingSchema } from '../gpuz/reading-schema.ts'

/** Names and texts of the generated schema files. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map([['gpu-reading.avsc', `${JSON.stringify(readingSchema(), null, 2)}\n`]])
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, text] of schemaFiles()) {
    const path = join('schemas', name)
    writeFileSync(path, text)
    console.log(`wrote ${path}`)
  }
}
