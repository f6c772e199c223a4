/** The parts of a URI as java.net.URI gives them: decoded, null where absent. */
export interface Uri {
  readonly scheme: string | null
  /** null as well when the authority is no server (`host`, `user@host:port`) */
  readonly host: string | null
  readonly port: number | null
  /** null for opaque URIs such as mailto:x */
  readonly path: string | null
  readonly rawQuery: string | null
  readonly fragment: string | null
}

const PARTS = /^(?:([a-zA-Z][\w+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s
const SERVER = /^(?:[^@]*@)?(\[[\da-fA-F:.%\w]+\]|[^:@[\]]*)(?::(\d*))?$/
const HOST_NAME = /^(?:[a-zA-Z\d](?:[a-zA-Z\d-]*[a-zA-Z\d])?\.)*[a-zA-Z](?:[a-zA-Z\d-]*[a-zA-Z\d])?\.?$/
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const FORBIDDEN = /[\0-\x20"<>\\^`{|}\x7f]|%(?![\da-fA-F]{2})/

/** Parses a URI by RFC 2396 as java.net.URI does; null when it is none. */
export function parseUri(text: string): Uri | null {
  const match = PARTS.exec(text)
  if (match === null || FORBIDDEN.test(text) || /^[^/?#]*:$/.test(text)) return null
  const [, scheme, authority, path, query, fragment] = match
  const [, host, port] = (authority !== undefined && SERVER.exec(authority)) || []
  const isServer = host !== undefined && (host.startsWith('[') || HOST_NAME.test(host) || IPV4.test(host))
  const isOpaque = scheme !== undefined && authority === undefined && !path.startsWith('/')
  return {
    scheme: scheme ?? null,
    host: isServer ? host : null,
    port: isServer && port ? Number(port) : null,
    path: isOpaque ? null : decodePercent(path),
    rawQuery: isOpaque ? null : (query ?? null),
    fragment: fragment === undefined ? null : decodePercent(fragment),
  }
}

/** Every run of %XX read as UTF-8; malformed bytes become U+FFFD. */
export function decodePercent(text: string): string {
  return text.replace(/(?:%[\da-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}
