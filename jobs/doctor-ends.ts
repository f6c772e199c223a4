import { askRest, messageOf, type RestAnswer, RestError, type RestService } from '../kafka/rest.ts'
import { type Finding, findings } from './finding.ts'
import { WEB_HDFS } from './webhdfs.ts'

const INFLUX: RestService = {
  name: 'InfluxDB',
  option: '--influx',
  mediaType: 'application/json',
  answerMs: 10_000,
  fault: RestError,
}
const NAME_NODE = '/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState'

/** @throws RestError when nobody answers, or not InfluxDB. https://docs.influxdata.com/influxdb/v2/api/#operation/GetHealth */
export async function influxFindings(address: string): Promise<Finding[]> {
  const url = address.replace(/\/+$/, '')
  const answer = await askRest(INFLUX, url, ['GET', '/health'])
  const { status, version, message } = fieldsOf(answer.body)
  if (status === 'pass') return [{ health: 'well', what: 'InfluxDB', text: `answers: version ${version}` }]
  if (status === undefined) throw unlike(INFLUX, `${url}/health`, answer)
  const text = `is not well: ${message ?? messageOf(answer)}`
  return [{ health: 'wrong', what: 'InfluxDB', text, fix: 'look into its log; its disk may be full' }]
}

/** @throws RestError when nobody answers, or not HDFS. https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html */
export async function hdfsFindings(address: string): Promise<Finding[]> {
  const url = address.replace(/\/+$/, '')
  const root = await askRest(WEB_HDFS, url, ['GET', '/webhdfs/v1/?op=GETFILESTATUS'])
  if (root.status !== 200) {
    const text = `does not tell its root folder: HTTP ${root.status}, ${JSON.stringify(root.body)}`
    return [{ health: 'wrong', what: 'HDFS', text, fix: 'see dfs.webhdfs.enabled, and who may read' }]
  }
  const answers: Finding = { health: 'well', what: 'HDFS', text: 'answers' }
  return [answers, ...(await findings(['HDFS', () => nodeFindings(url)]))]
}

async function nodeFindings(url: string): Promise<Finding[]> {
  const answer = await askRest(WEB_HDFS, url, ['GET', NAME_NODE])
  const { beans } = fieldsOf(answer.body)
  const { FSState: mode, NumLiveDataNodes: nodes } = fieldsOf(Array.isArray(beans) ? beans[0] : null)
  if (typeof mode !== 'string' || typeof nodes !== 'number') throw unlike(WEB_HDFS, `${url}${NAME_NODE}`, answer)
  const found: Finding[] = []
  if (mode !== 'Operational') {
    const fix = 'wait until its blocks are reported; hdfs dfsadmin -safemode get'
    found.push({ health: 'wrong', what: 'HDFS', text: `takes no writes: it is in ${mode}`, fix })
  }
  if (nodes > 0) found.push({ health: 'well', what: 'HDFS', text: `DataNodes: ${nodes}` })
  else found.push({ health: 'wrong', what: 'HDFS', text: 'has no DataNode', fix: 'start one, and look into its log' })
  return found
}

/** Of an object; none of anything else, since whoever answers may be another server. */
function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {}
}

function unlike({ name, option }: RestService, place: string, { status, body }: RestAnswer): RestError {
  const words = `HTTP ${status}, ${JSON.stringify(body)}`
  return new RestError(`${place}: ${words}, which ${name} would not say; check ${option}`, status)
}
