import type { Http2Bindings, HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { KsqlEngine } from '../../engine/index.ts'
import { type Credentials, ERROR_CODE, JSON_TYPE } from '../protocol.ts'
import { CommandLog } from './command-log.ts'
import { guard } from './guard.ts'
import { answerInserts, delimitedAcks, jsonAcks } from './inserts-stream.ts'
import { OpenQueries } from './open-queries.ts'
import { isProperty } from './properties.ts'
import { answerQuery } from './query-stream.ts'
import { parseBody, textField, textsField } from './request-body.ts'
import { asRestError, RestError } from './rest-error.ts'
import { delimitedRows, jsonRows, legacyRows } from './row-format.ts'
import { runStatements } from './statements.ts'
import { terminateCluster } from './terminate.ts'

export interface AppOptions {
  readonly engine: KsqlEngine
  /** as GET /info tells it */
  readonly version: string
  /** the address it is bound to */
  readonly host: string
  readonly credentials?: Credentials
  /** told of what is not the fault of a request */
  readonly onFault: (error: unknown) => void
}

type Env = { Bindings: HttpBindings | Http2Bindings }

/** ksqlDB's REST interface over an engine. Requests that change something run one after the other, each to its end. */
export function ksqlApp({ engine, version, host, credentials, onFault }: AppOptions): Hono<Env> {
  const app = new Hono<Env>()
  const commands = new CommandLog()
  const open = new OpenQueries()
  const queries = { engine, open, now: Date.now }
  let terminated = false

  app.use(...guard(host, credentials))
  app.notFound((c) => c.text('Not Found', 404))
  app.onError((error) => {
    if (!(error instanceof HTTPException)) return refusal(asRestError(error, '', onFault))
    // only basic authentication throws these
    const message = 'The server wants basic authentication: a name that it knows, with its password.'
    const headers = error.getResponse().headers
    return Response.json(new RestError(ERROR_CODE.unauthorised, message).entity, { status: 401, headers })
  })

  app.get('/info', (c) =>
    c.json({
      KsqlServerInfo: {
        version,
        kafkaClusterId: 'embedded',
        ksqlServiceId: 'gpumon_',
        serverStatus: terminated ? 'TERMINATED' : 'RUNNING',
      },
    }),
  )
  app.get('/healthcheck', (c) => {
    const part = { isHealthy: !terminated }
    const details = { metastore: part, kafka: part, commandRunner: part }
    return c.json({ ...part, details, serverState: terminated ? 'TERMINATED' : 'READY' })
  })
  app.get('/status', (c) => c.json({ commandStatuses: commands.all() }))
  app.get('/status/:type/:entity/:action', (c) => {
    const { type, entity, action } = c.req.param()
    const status = commands.find(`${type}/${entity}/${action}`)
    if (status === undefined) throw new RestError(ERROR_CODE.notFound, 'Command not found')
    return c.json(status)
  })
  app.get('/is_valid_property/:name', (c) => {
    const name = c.req.param('name')
    if (isProperty(name)) return c.json(true)
    const message = `Not recognizable as ksql, streams, consumer, or producer property: '${name}'`
    throw new RestError(ERROR_CODE.badRequest, message)
  })

  app.post('/ksql', async (c) => {
    const body = parseBody(await c.req.text())
    refuseTerminated()
    const text = textField(body, 'ksql')
    const settings = settingsOf(body, 'streamsProperties')
    try {
      return c.json(runStatements({ engine, commands, onFault }, text, settings))
    } catch (error) {
      return refusal(asRestError(error, text, onFault))
    } finally {
      open.endStopped(engine)
    }
  })
  app.post('/ksql/terminate', async (c) => {
    const body = parseBody((await c.req.text()) || '{}')
    refuseTerminated()
    const entity = terminateCluster(engine, commands, body)
    terminated = true
    open.endStopped(engine)
    return c.json([entity])
  })

  app.post('/query-stream', async (c) => {
    const body = parseBody(await c.req.text())
    refuseTerminated()
    const sql = textField(body, 'sql')
    const format = accepts(c, JSON_TYPE) ? jsonRows : delimitedRows
    return query(sql, () => answerQuery(queries, sql, settingsOf(body, 'properties'), format))
  })
  app.post('/query', async (c) => {
    const body = parseBody(await c.req.text())
    refuseTerminated()
    const sql = textField(body, 'ksql')
    return query(sql, () => answerQuery(queries, sql, settingsOf(body, 'streamsProperties'), legacyRows))
  })
  app.post('/close-query', async (c) => {
    const id = textField(parseBody(await c.req.text()), 'queryId')
    if (!open.close(id)) throw new RestError(ERROR_CODE.badRequest, `No query with id ${id}`)
    return c.body(null, 200)
  })
  app.post('/inserts-stream', async (c) => {
    if (c.env.incoming.httpVersionMajor < 2) {
      throw new RestError(ERROR_CODE.http2Only, 'This endpoint is only available when using HTTP2')
    }
    refuseTerminated()
    const format = accepts(c, JSON_TYPE) ? jsonAcks : delimitedAcks
    return answerInserts(engine, c.req.raw.body ?? new Blob([]).stream(), format, (error) => {
      onFault(error)
      open.endStopped(engine)
    })
  })
  return app

  function refuseTerminated(): void {
    if (!terminated) return
    throw new RestError(ERROR_CODE.shutDown, 'The cluster has been terminated. No new request will be accepted.')
  }

  function query(sql: string, answer: () => Response): Response {
    try {
      return answer()
    } catch (error) {
      return refusal(asRestError(error, sql, onFault))
    }
  }
}

function settingsOf(body: Readonly<Record<string, unknown>>, properties: string) {
  return { properties: textsField(body, properties), variables: textsField(body, 'sessionVariables') }
}

function accepts(c: Context, type: string): boolean {
  return (c.req.header('accept') ?? '').split(',').some((item) => item.split(';')[0].trim() === type)
}

function refusal({ entity, status }: RestError): Response {
  return Response.json(entity, { status })
}
