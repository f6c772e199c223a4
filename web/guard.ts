import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { Refusal } from './refusal.ts'

export interface Bound {
  /** address the server listens on, without brackets */
  readonly host: string
  readonly port: number
  readonly token: string | undefined
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/**
 * Lets through only what the page itself asks. Host: a foreign name that resolves to this address (DNS rebinding) is refused; with a token any name will do, since
 * whoever comes by another has no cookie. Origin and Sec-Fetch-Site: what other sites make a browser ask is refused, save following a link to the page, which tells
 * that site nothing. Token: given once as ?token=, then kept as a cookie that scripts cannot read and other sites cannot send.
 * @param bound asked at each request, since port 0 is known only once bound
 */
export function guard(bound: () => Bound): MiddlewareHandler {
  return async (c, next) => {
    const { host, port, token } = bound()
    const asked = c.req.header('host') ?? ''
    if (token === undefined && !isOwnHost(asked, host, port))
      throw new Refusal(403, `Host is "${asked}", this server is not known by that name`, `Open ${pageUrl(host, port)}`)
    const origin = c.req.header('origin')
    // With a token there may be a proxy in front that speaks https.
    const own = token === undefined ? [`http://${asked}`] : [`http://${asked}`, `https://${asked}`]
    if (origin !== undefined && !own.includes(origin))
      throw new Refusal(403, `the request comes from another origin: "${origin}"`)
    const site = c.req.header('sec-fetch-site') ?? 'none'
    const followsLink = c.req.method === 'GET' && c.req.path === '/' && c.req.header('sec-fetch-mode') === 'navigate'
    if (site !== 'same-origin' && site !== 'none' && !followsLink)
      throw new Refusal(403, `the request comes from another site: Sec-Fetch-Site is "${site}"`)
    if (token !== undefined) {
      const given = c.req.query('token')
      // Cookies are shared by all ports of a host, hence the port in the name.
      const cookie = `gpumon-${port}`
      if (given !== undefined && same(given, token)) {
        setCookie(c, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/' })
        const url = new URL(c.req.url)
        url.searchParams.delete('token')
        return c.redirect(url.pathname + url.search, 303)
      }
      if (!same(getCookie(c, cookie) ?? '', token))
        throw new Refusal(
          403,
          given === undefined ? 'a token is needed' : 'the token is wrong',
          'Open the address with ?token=… as it was printed when the server started.',
        )
    }
    await next()
  }
}

/** The address to open on this machine, for a host as bound. */
export function pageUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return pageUrl('localhost', port)
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`
}

function isOwnHost(asked: string, host: string, port: number): boolean {
  const name = asked
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  const askedPort = /:(\d+)$/.exec(asked)?.[1] ?? '80'
  if (askedPort !== String(port)) return false
  return name === host.toLowerCase() || (isLoopback(host) && isLoopback(name))
}

/** Compares in a time that does not tell how much is equal: digests have one length. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
