import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compose } from '../deploy/compose-file.ts'
import { cached } from './cache.ts'
import type { RealServers } from './global-setup.ts'
import { JavaServer, smallJvm } from './java-server.ts'
import { keptPorts } from './kept-ports.ts'
import { LOG4J, logWarnings } from './log4j.ts'
import { fetchWithDependencies } from './maven.ts'
import { runTool } from './tool.ts'

const VERSION = '3.5.0'
const NAME_NODE = 'org.apache.hadoop.hdfs.server.namenode.NameNode'
const DATA_NODE = 'org.apache.hadoop.hdfs.server.datanode.DataNode'
const FORMAT_MS = 60_000

/** HDFS with one NameNode and one DataNode. */
export interface Hdfs {
  /** hdfs://…, for Hadoop's clients */
  readonly url: string
  /** http://…, of the NameNode's web server, which has WebHDFS */
  readonly web: string
  readonly nameNode: JavaServer
}

/** The HDFS of this run; the first who asks formats and starts it. @throws Error where it does not start */
export async function startedHdfs({ folder }: RealServers): Promise<Hdfs> {
  const names = join(folder, 'namenode')
  const blocks = join(folder, 'datanode')
  const ports = await keptPorts(names, ['rpc', 'http', 'data', 'dataHttp', 'dataIpc'])
  const address = (port: keyof typeof ports): string => `127.0.0.1:${ports[port]}`
  const url = `hdfs://${address('rpc')}`
  const web = `http://${address('http')}`
  const configuration = join(names, 'configuration')
  // hadoop-hdfs.jar lacks the pages that it serves, and does not start without their folders.
  for (const page of ['hdfs', 'datanode', 'static'])
    mkdirSync(join(configuration, 'webapps', page), { recursive: true })
  mkdirSync(blocks, { recursive: true })
  write(join(configuration, 'core-site.xml'), { ...settingsOfImage('CORE-SITE'), 'fs.defaultFS': url })
  write(join(configuration, 'hdfs-site.xml'), {
    ...settingsOfImage('HDFS-SITE'),
    'dfs.namenode.name.dir': `file://${join(names, 'data')}`,
    'dfs.datanode.data.dir': `file://${join(blocks, 'data')}`,
    'dfs.namenode.rpc-address': address('rpc'),
    'dfs.namenode.http-address': address('http'),
    'dfs.datanode.address': address('data'),
    'dfs.datanode.http.address': address('dataHttp'),
    'dfs.datanode.ipc.address': address('dataIpc'),
    'dfs.datanode.hostname': '127.0.0.1',
  })
  const jars = await hdfsJars()
  const command = (own: string, main: string): string[] => [
    ...[...smallJvm(256), logWarnings(own), '-cp', `${configuration}:${join(jars, '*')}`, main],
  ]
  const nameNode = new JavaServer({
    name: `NameNode ${VERSION}`,
    folder: names,
    args: command(names, NAME_NODE),
    // In safe mode, until the DataNode has told what it has, nothing can be read or written.
    ready: async () => (await stateOf(web, 'NameNodeInfo'))?.['Safemode'] === '',
  })
  const dataNode = new JavaServer({
    name: `DataNode ${VERSION}`,
    folder: blocks,
    args: command(blocks, DATA_NODE),
    ready: async () => (await stateOf(web, 'FSNamesystemState'))?.['NumLiveDataNodes'] === 1,
  })
  if (!existsSync(join(names, 'data'))) await format(command(names, NAME_NODE))
  await Promise.all([nameNode, dataNode].filter(({ running }) => !running).map((server) => server.start()))
  return { url, web, nameNode }
}

function hdfsJars(): Promise<string> {
  const artifacts = ['hadoop-common', 'hadoop-hdfs', 'hadoop-hdfs-client'].map(
    (name) => `org.apache.hadoop:${name}:${VERSION}`,
  )
  return cached(`hdfs-${VERSION}`, (folder) => fetchWithDependencies([...artifacts, LOG4J], folder))
}

function format(nameNode: readonly string[]): Promise<void> {
  return runTool('HDFS cannot be formatted', 'java', [...nameNode, '-format', '-nonInteractive'], FORMAT_MS)
}

type Settings = Readonly<Record<string, string | number>>

/** As Hadoop's image reads docker-compose.yml: HDFS-SITE.XML_dfs.replication is dfs.replication in hdfs-site.xml. */
function settingsOfImage(file: 'CORE-SITE' | 'HDFS-SITE'): Settings {
  const prefix = `${file}.XML_`
  const variables = Object.entries(compose.services['namenode'].environment ?? {})
  const own = variables.filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]))
}

function write(file: string, settings: Settings): void {
  const properties = Object.entries(settings).map(
    ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>\n`,
  )
  writeFileSync(file, `<configuration>\n${properties.join('')}</configuration>\n`)
}

async function stateOf(web: string, bean: string): Promise<Readonly<Record<string, unknown>> | null> {
  // Refused while it starts: "not yet".
  const response = await fetch(`${web}/jmx?qry=Hadoop:service=NameNode,name=${bean}`).catch(() => null)
  if (!response?.ok) return null
  const { beans } = (await response.json()) as { beans: Record<string, unknown>[] }
  return beans[0] ?? null
}
