import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { type Credentials, ERROR_CODE } from '../protocol.ts'
import { RestError } from './rest-error.ts'

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/**
 * Refuses what a web page makes a browser ask, since a browser on this machine reaches what only this machine may. With credentials, who does not know
 * them; without, a foreign name that resolves to this machine (DNS rebinding), which only a browser would be led to.
 */
export function guard(host: string, credentials: Credentials | undefined): MiddlewareHandler[] {
  return [refuseOrigins, credentials === undefined ? refuseForeignNames(host) : basicAuth(credentials)]
}

const refuseOrigins: MiddlewareHandler = async (c, next) => {
  const origin = c.req.header('origin')
  if (origin !== undefined) {
    throw new RestError(ERROR_CODE.forbidden, `Requests of web pages are refused: Origin is "${origin}".`)
  }
  await next()
}

function refuseForeignNames(host: string): MiddlewareHandler {
  return async (c, next) => {
    const asked = new URL(c.req.url).hostname.replace(/^\[|\]$/g, '')
    // a name other than the one bound could be anybody's; a number is not looked up
    if (isIP(asked) === 0 && asked !== 'localhost' && asked !== host) {
      throw new RestError(ERROR_CODE.forbidden, `This server is not known as "${asked}". Ask ${host}.`)
    }
    await next()
  }
}
