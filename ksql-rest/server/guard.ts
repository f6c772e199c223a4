import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { ERROR_CODE } from '../protocol.ts'
import { RestError } from './rest-error.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/**
 * Refuses what a web page makes a browser ask (an Origin; a foreign name that resolves to this machine), since a browser on this machine reaches
 * what only this machine may; and, with credentials, who does not know them.
 */
export function guard(host: string, credentials: Credentials | undefined): MiddlewareHandler[] {
  const local: MiddlewareHandler = async (c, next) => {
    const origin = c.req.header('origin')
    if (origin !== undefined) {
      throw new RestError(ERROR_CODE.forbidden, `Requests of web pages are refused: Origin is "${origin}".`)
    }
    const asked = new URL(c.req.url).hostname.replace(/^\[|\]$/g, '')
    // a name other than the one bound could be anybody's; a number is not looked up
    if (isIP(asked) === 0 && asked !== 'localhost' && asked !== host) {
      throw new RestError(ERROR_CODE.forbidden, `This server is not known as "${asked}". Ask ${host}.`)
    }
    await next()
  }
  if (credentials === undefined) return [local]
  return [local, basicAuth(credentials)]
}
