import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { JavaServer, smallJvm } from './java-server.ts'
import { fetchOne } from './maven.ts'
import { runTool } from './tool.ts'

/** The last version for Java 17. Confluent's own is in no public registry of packages; this one speaks its REST interface. */
export const REGISTRY_VERSION = '2.6.13.Final'
const UNPACK_MS = 60_000
/** Where Confluent's interface begins in it. */
const INTERFACE = '/apis/ccompat/v7'

/** Apicurio's jars. */
function registryJars(): Promise<string> {
  return cached(`apicurio-registry-${REGISTRY_VERSION}`, async (folder) => {
    await fetchOne(`io.apicurio:apicurio-registry-app:${REGISTRY_VERSION}:tar.gz:all`, folder)
    const archive = join(folder, readdirSync(folder)[0])
    await runTool(`${archive} cannot be unpacked`, 'tar', ['-xzf', archive, '-C', folder], UNPACK_MS)
    rmSync(archive)
  })
}

/** What a client of Confluent's schema registry is given as its address. */
export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}${INTERFACE}`
}

/** A schema registry that keeps everything in memory. @param folder for its log @throws Error where Maven or tar fails */
export async function schemaRegistry(folder: string, port: number): Promise<JavaServer> {
  const jars = await registryJars()
  const jar = readdirSync(jars).find((name) => name.endsWith('runner.jar'))
  if (jar === undefined) throw new Error(`${jars} holds no runner.jar; remove the folder, it is fetched again`)
  return new JavaServer({
    name: `Apicurio Registry ${REGISTRY_VERSION}`,
    folder,
    args: [...smallJvm(128), '-Dquarkus.http.host=127.0.0.1', `-Dquarkus.http.port=${port}`, '-jar', join(jars, jar)],
    ready: async () => {
      // Refused while it starts: "not yet".
      const response = await fetch(`${registryUrl(port)}/subjects`).catch(() => null)
      return response?.ok ?? false
    },
  })
}
