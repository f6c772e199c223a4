import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { root } from '../deploy/compose-file.ts'
import { cached } from './cache.ts'
import { KAFKA_VERSION } from './kafka.ts'
import { fetchOne, fetchProject, fetchWithDependencies } from './maven.ts'
import { REGISTRY_VERSION } from './schema-registry.ts'
import { runTool } from './tool.ts'

/** In the place of Confluent's, which is in no public registry of packages. */
export const AVRO_CONVERTER = 'io.apicurio.registry.utils.converter.AvroConverter'

const image = join(root, 'deploy/images/connect')
const CHECK_MS = 60_000
const ICEBERG = 'iceberg'

/** The sinks of the image that are to be had, a converter and Kafka's file connector: folders for `plugin.path`. @throws Error where Maven fails */
export async function pluginPath(): Promise<string> {
  return (await Promise.all([icebergSink(), avroConverter(), fileConnector()])).join(',')
}

/** The folder of the Iceberg sink's jars, which are Iceberg's own and Hadoop's client. */
export async function icebergJars(): Promise<string> {
  return join(await icebergSink(), ICEBERG)
}

/** As the image has it: by its project, checked against its list. */
function icebergSink(): Promise<string> {
  const pom = join(image, 'pom.xml')
  const sums = join(image, 'iceberg.sha256')
  const version = createHash('sha256').update(readFileSync(pom)).update(readFileSync(sums)).digest('hex').slice(0, 12)
  return cached(`iceberg-sink-${version}`, async (folder) => {
    const jars = pluginFolder(folder, ICEBERG)
    await fetchProject(pom, jars)
    await runTool(sums, 'sha256sum', ['--check', '--strict', '--quiet', sums], CHECK_MS, jars)
    const listed = readFileSync(sums, 'utf8').trim().split('\n').length
    const found = readdirSync(jars).length
    if (found !== listed) throw new Error(`${pom} gives ${found} jars, ${sums} has ${listed}`)
  })
}

function avroConverter(): Promise<string> {
  return cached(`avro-converter-${REGISTRY_VERSION}`, async (folder) => {
    const jars = pluginFolder(folder, 'avro-converter')
    const coordinates = `io.apicurio:apicurio-registry-utils-converter:${REGISTRY_VERSION}`
    // What the worker has: a second copy would be other classes by the same names.
    const ofWorker = ['org.apache.kafka', 'org.slf4j', 'org.lz4', 'org.xerial.snappy', 'com.github.luben']
    await fetchWithDependencies([coordinates], jars, ofWorker)
    // plugin.discovery=service_load finds what such a file names; without it the worker looks through every class, for 17 s.
    const manifest = 'META-INF/services/org.apache.kafka.connect.storage.Converter'
    writeFileSync(join(jars, 'manifest.jar'), zipSync({ [manifest]: strToU8(`${AVRO_CONVERTER}\n`) }))
  })
}

function fileConnector(): Promise<string> {
  return cached(`connect-file-${KAFKA_VERSION}`, (folder) =>
    fetchOne(`org.apache.kafka:connect-file:${KAFKA_VERSION}`, pluginFolder(folder, 'file')),
  )
}

/** A plugin is a folder within one of plugin.path. */
function pluginFolder(folder: string, name: string): string {
  const plugin = join(folder, name)
  mkdirSync(plugin)
  return plugin
}
