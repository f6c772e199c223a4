import { describe, expect, test } from 'vitest'
import { hdfsFindings, influxFindings } from '../../jobs/doctor-ends.ts'
import { type StandInAnswer, standIn } from '../rest-stand-in.ts'

const ROOT = 'GET /webhdfs/v1/?op=GETFILESTATUS'

/** @param state what the NameNode's JMX interface answers */
const nameNode = (state: StandInAnswer, root: StandInAnswer = { body: { FileStatus: { type: 'DIRECTORY' } } }) =>
  standIn((request) => (request === ROOT ? root : request.startsWith('GET /jmx?qry=Hadoop:') ? state : undefined))
const bean = (FSState: string, NumLiveDataNodes: number) => ({ body: { beans: [{ FSState, NumLiveDataNodes }] } })

describe('a NameNode', () => {
  test('without a DataNode is wrong', async () => {
    expect(await hdfsFindings(await nameNode(bean('Operational', 0)))).toEqual([
      { health: 'well', what: 'HDFS', text: 'answers' },
      { health: 'wrong', what: 'HDFS', text: 'has no DataNode', fix: 'start one, and look into its log' },
    ])
  })

  test('in safe mode takes no writes', async () => {
    const found = await hdfsFindings(await nameNode(bean('safeMode', 2)))
    expect(found.slice(1)).toEqual([
      expect.objectContaining({ health: 'wrong', text: 'takes no writes: it is in safeMode' }),
      { health: 'well', what: 'HDFS', text: 'DataNodes: 2' },
    ])
    expect(found[1].fix).toContain('hdfs dfsadmin -safemode get')
  })

  test('that refuses WebHDFS is told with its words', async () => {
    const refusal = { RemoteException: { exception: 'AccessControlException', message: 'Permission denied' } }
    const [found, ...others] = await hdfsFindings(await nameNode({}, { status: 403, body: refusal }))
    expect(others).toEqual([])
    expect(found).toMatchObject({ health: 'wrong', fix: 'see dfs.webhdfs.enabled, and who may read' })
    expect(found.text).toMatch(/^does not tell its root folder: HTTP 403, .*Permission denied/)
  })

  test.each([
    ['nothing', {}],
    ['no beans', { body: { version: 1 } }],
    ['no bean', { body: { beans: [] } }],
    ['another bean', { body: { beans: [{ State: 'active' }] } }],
  ])('that tells %s of its state is told with address and fix', async (_, state) => {
    const url = await nameNode(state)
    const found = await hdfsFindings(`${url}/`)
    expect(found).toMatchObject([{ health: 'well' }, { health: 'wrong', what: 'HDFS' }])
    expect(found[1].text).toContain(`${url}/jmx?qry=Hadoop:service=NameNode`)
    expect(found[1].text).toContain('which WebHDFS would not say; check --hdfs')
  })
})

describe('InfluxDB', () => {
  const influx = (answer: StandInAnswer) => standIn((request) => (request === 'GET /health' ? answer : undefined))

  test('that is not well is told with its words', async () => {
    const body = { name: 'influxdb', status: 'fail', message: 'not ready', checks: [], version: 'v2.7.12' }
    expect(await influxFindings(await influx({ status: 503, body }))).toEqual([
      {
        health: 'wrong',
        what: 'InfluxDB',
        text: 'is not well: not ready',
        fix: 'look into its log; its disk may be full',
      },
    ])
  })

  test.each([
    ['nothing', {}],
    ['no object', { body: '3' }],
    ['no status', { status: 404, body: { error_code: 404 } }],
  ])('is not who answers %s: address and fix are told', async (_, answer) => {
    const url = await influx(answer)
    await expect(influxFindings(url)).rejects.toThrow(`${url}/health: HTTP `)
    await expect(influxFindings(url)).rejects.toThrow('which InfluxDB would not say; check --influx')
  })
})
