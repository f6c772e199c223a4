import type { Http2Bindings, HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Settings } from '../../engine/index.ts'
import { type Credentials, ERROR_CODE, JSON_TYPE } from '../protocol.ts'
import { guard } from './guard.ts'
import { answerInserts, delimitedAcks, jsonAcks } from './inserts-stream.ts'
import { OpenQueries } from './open-queries.ts'
import { isProperty } from './properties.ts'
import { answerQuery } from './query-stream.ts'
import { parseBody, textField, textsField } from './request-body.ts'
import { asRestError, RestError } from './rest-error.ts'
import { delimitedRows, jsonRows, legacyRows, type RowFormat } from './row-format.ts'
import type { KsqlService } from './service.ts'
import { TERMINATED } from './terminate.ts'

export interface AppOptions {
  readonly service: KsqlService
  /** as GET /info tells it */
  readonly version: string
  /** the address it is bound to */
  readonly host: string
  readonly credentials?: Credentials
  /** told of what is not the fault of a request */
  readonly onFault: (error: unknown) => void
}

type Env = { Bindings: HttpBindings | Http2Bindings }

/** ksqlDB's REST interface to a service. */
export function ksqlApp({ service, version, host, credentials, onFault }: AppOptions): Hono<Env> {
  const app = new Hono<Env>()
  const open = new OpenQueries()
  service.onQueriesEnded((engine, reason) => open.endStopped(engine, reason))

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
        kafkaClusterId: service.clusterId,
        ksqlServiceId: service.serviceId,
        serverStatus: service.state === 'READY' ? 'RUNNING' : service.state,
      },
    }),
  )
  app.get('/healthcheck', (c) => {
    const { state, surroundings } = service
    const works = state === 'READY' || state === 'STANDBY'
    const parts = { metastore: works, commandRunner: works, ...surroundings }
    const details = Object.fromEntries(Object.entries(parts).map(([part, isHealthy]) => [part, { isHealthy }]))
    const isHealthy = Object.values(parts).every(Boolean)
    const isStarting = state === 'STARTING' || state === 'RESTORING'
    return c.json({ isHealthy, details, serverState: state }, isStarting ? 503 : 200)
  })
  app.get('/status', async (c) => c.json({ commandStatuses: (await service.current()).commands.all() }))
  app.get('/status/:type/:entity/:action', async (c) => {
    const { type, entity, action } = c.req.param()
    const { commands } = await service.current()
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
      return c.json(await service.execute(text, settings))
    } catch (error) {
      return refusal(asRestError(error, text, onFault))
    }
  })
  app.post('/ksql/terminate', async (c) => {
    const body = parseBody((await c.req.text()) || '{}')
    refuseTerminated()
    return c.json([await service.terminate(body)])
  })

  app.post('/query-stream', async (c) => {
    const body = parseBody(await c.req.text())
    refuseTerminated()
    const sql = textField(body, 'sql')
    const format = accepts(c, JSON_TYPE) ? jsonRows : delimitedRows
    return query(sql, settingsOf(body, 'properties'), format)
  })
  app.post('/query', async (c) => {
    const body = parseBody(await c.req.text())
    refuseTerminated()
    const sql = textField(body, 'ksql')
    return query(sql, settingsOf(body, 'streamsProperties'), legacyRows)
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
    return answerInserts(service, c.req.raw.body ?? new Blob([]).stream(), format, onFault)
  })
  return app

  function refuseTerminated(): void {
    if (service.state === 'TERMINATED') throw TERMINATED
  }

  async function query(sql: string, settings: Settings, format: RowFormat): Promise<Response> {
    try {
      const { engine, begin } = await service.asked(sql, settings)
      const answer = answerQuery({ engine, open, now: Date.now }, sql, settings, format)
      try {
        await begin()
      } catch (error) {
        await answer.body?.cancel()
        throw error
      }
      return answer
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
