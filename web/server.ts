import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import { apiRoutes } from './api-routes.ts'
import { servePageFiles } from './assets.ts'
import { guard, isLoopback, pageUrl } from './guard.ts'
import type { PageModel } from './model.ts'
import { Refusal } from './refusal.ts'

export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_PORT = 8790

export interface PageServerOptions {
  readonly model: PageModel
  /** default 127.0.0.1 */
  readonly host?: string
  /** default 8790; 0: any that is free */
  readonly port?: number
  /** who does not know it is refused; needed where other machines can reach the page */
  readonly token?: string
  /** Told of each failure that is not the fault of the question; the page gets its message with status 500. */
  readonly onFault: (error: unknown) => void
}

export interface PageServer {
  /** to open in a browser, token included */
  readonly url: string
  /** Ends all connections, live ones too. */
  close(): Promise<void>
}

/**
 * Serves the built page and its API.
 * @throws Error when the address is not free, when other machines could reach it and there is no token, or when the page is not built
 */
export async function servePage(options: PageServerOptions): Promise<PageServer> {
  const { model, host = DEFAULT_HOST, port = DEFAULT_PORT, token, onFault } = options
  if (token === '') throw new Error('the token is empty. Give a text that nobody can guess.')
  if (token === undefined && !isLoopback(host))
    throw new Error(
      `${host} can be reached by other machines, and there is no token. Give a token, or bind ${DEFAULT_HOST}.`,
    )

  let boundPort = port
  const app = new Hono()
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      strictTransportSecurity: false,
      // It makes the browser begin anew, in another process, once the answer is there: 30 ms of the first chart's. Whoever has opened this page can do
      // nothing to it but lead it elsewhere: it has no frames and hears no messages.
      crossOriginOpenerPolicy: false,
    }),
  )
  app.use(guard(() => ({ host, port: boundPort, token })))
  app.route('/api', apiRoutes(model))
  app.use(servePageFiles(model, onFault))
  app.notFound((c) => c.json({ error: `there is no ${c.req.path}` }, 404))
  app.onError((error, c) => {
    if (error instanceof Refusal) return c.json({ error: error.message, fix: error.fix }, error.status)
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status)
    onFault(error)
    return c.json({ error: error.message }, 500)
  })

  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explained(error, host, port)))
    server.listen(port, host, resolve)
  })
  server.on('error', onFault)
  boundPort = (server.address() as AddressInfo).port

  return {
    url: `${pageUrl(host, boundPort)}${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}

function explained(error: Error, host: string, port: number): Error {
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return new Error(
      `port ${port} of ${host} is taken by another program, perhaps by a gpumon that runs already. End that one, or give another port.`,
      { cause: error },
    )
  if (code === 'EADDRNOTAVAIL')
    return new Error(`${host} is no address of this machine. Give one that is, or ${DEFAULT_HOST}.`, { cause: error })
  if (code === 'EACCES')
    return new Error(`port ${port} of ${host} needs more rights than this process has. Give a port above 1023.`, {
      cause: error,
    })
  return error
}
