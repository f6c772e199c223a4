import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { JavaServer, smallJvm } from './java-server.ts'
import { fetchOne } from './maven.ts'

/** The last version for Java 17. Confluent's own is in no public registry of packages; this one speaks its REST interface. */
export const REGISTRY_VERSION = '2.6.13.Final'
/** Where Confluent's interface begins in it. */
const INTERFACE = '/apis/ccompat/v7'

/** Apicurio's jars. @throws Error where Maven or tar fails */
export function registryJars(): string {
  return cached(`apicurio-registry-${REGISTRY_VERSION}`, (folder) => {
    fetchOne(`io.apicurio:apicurio-registry-app:${REGISTRY_VERSION}:tar.gz:all`, folder)
    const archive = join(folder, readdirSync(folder)[0])
    const run = spawnSync('tar', ['-xzf', archive, '-C', folder], { encoding: 'utf8' })
    if (run.status !== 0) throw new Error(`${archive} cannot be unpacked: ${run.error?.message ?? run.stderr}`)
    rmSync(archive)
  })
}

/** What a client of Confluent's schema registry is given as its address. */
export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}${INTERFACE}`
}

/** A schema registry that keeps everything in memory. @param folder for its log */
export function schemaRegistry(folder: string, port: number): JavaServer {
  const jars = registryJars()
  const jar = readdirSync(jars).find((name) => name.endsWith('runner.jar'))
  if (jar === undefined) throw new Error(`${jars} holds no runner.jar; remove the folder, it is fetched again`)
  mkdirSync(folder, { recursive: true })
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
