import http2 from 'node:http2'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createAdaptorServer, type Http2Bindings, type HttpBindings } from '@hono/node-server'

/** How an HTTP/2 client begins that knows the server to speak it (RFC 9113, 3.4); no request of HTTP/1.1 begins so. */
const PREFACE = Buffer.from('PRI')

export interface Listening {
  readonly port: number
  /** Ends all connections. */
  close(): Promise<void>
}

type Fetch = (request: Request, env: HttpBindings | Http2Bindings) => Response | Promise<Response>

/** Serves HTTP/1.1 and HTTP/2 without TLS on one port, as ksqlDB does. Throws what the operating system says when the address is not free. */
export async function listen(
  fetch: Fetch,
  { host, port }: { readonly host: string; readonly port: number },
  onFault: (error: unknown) => void,
): Promise<Listening> {
  const http1 = createAdaptorServer({ fetch })
  const http2Server = createAdaptorServer({ fetch, createServer: http2.createServer })
  http1.on('error', onFault)
  http2Server.on('error', onFault)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // one that goes away while it is being asked what it speaks has nothing to be told
    socket.once('error', () => socket.destroy())
    socket.once('data', (first: Buffer) => {
      socket.pause()
      socket.unshift(first)
      const isHttp2 = PREFACE.equals(first.subarray(0, PREFACE.length))
      const speaker = isHttp2 ? http2Server : http1
      speaker.emit('connection', socket)
      // what was put back is read by HTTP/2 itself, by HTTP/1.1 once it flows
      if (!isHttp2) socket.resume()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  server.on('error', onFault)
  return {
    port: (server.address() as AddressInfo).port,
    close: () => closeAll(server, sockets),
  }
}

function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)))
    for (const socket of sockets) socket.destroy()
  })
}
