import { askRest, messageOf, RestError, type RestService } from '../kafka/rest.ts'
import type { Finding } from './finding.ts'

const INFLUX: RestService = {
  name: 'InfluxDB',
  option: '--influx',
  mediaType: 'application/json',
  answerMs: 10_000,
  fault: RestError,
}
const HDFS: RestService = { ...INFLUX, name: 'WebHDFS', option: '--hdfs' }
const NAME_NODE = '/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState'

/** @throws RestError when nobody answers. https://docs.influxdata.com/influxdb/v2/api/#operation/GetHealth */
export async function influxFindings(url: string): Promise<Finding[]> {
  const answer = await askRest(INFLUX, url.replace(/\/+$/, ''), ['GET', '/health'])
  const { status, version, message } = answer.body as { status?: string; version?: string; message?: string }
  if (status === 'pass') return [{ health: 'well', what: 'InfluxDB', text: `answers: version ${version}` }]
  const text = `is not well: ${message ?? messageOf(answer)}`
  return [{ health: 'wrong', what: 'InfluxDB', text, fix: 'look into its log; its disk may be full' }]
}

/** @throws RestError when nobody answers. https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html */
export async function hdfsFindings(address: string): Promise<Finding[]> {
  const url = address.replace(/\/+$/, '')
  const root = await askRest(HDFS, url, ['GET', '/webhdfs/v1/?op=GETFILESTATUS'])
  if (root.status !== 200) {
    const text = `does not tell its root folder: HTTP ${root.status}, ${JSON.stringify(root.body)}`
    return [{ health: 'wrong', what: 'HDFS', text, fix: 'see dfs.webhdfs.enabled, and who may read' }]
  }
  const state = await askRest(HDFS, url, ['GET', NAME_NODE])
  const { beans } = state.body as { beans: { FSState: string; NumLiveDataNodes: number }[] }
  const found: Finding[] = [{ health: 'well', what: 'HDFS', text: 'answers' }]
  for (const { FSState: mode, NumLiveDataNodes: nodes } of beans) {
    if (mode !== 'Operational') {
      const fix = 'wait until its blocks are reported; hdfs dfsadmin -safemode get'
      found.push({ health: 'wrong', what: 'HDFS', text: `takes no writes: it is in ${mode}`, fix })
    }
    if (nodes > 0) found.push({ health: 'well', what: 'HDFS', text: `DataNodes: ${nodes}` })
    else found.push({ health: 'wrong', what: 'HDFS', text: 'has no DataNode', fix: 'start one, and look into its log' })
  }
  return found
}
