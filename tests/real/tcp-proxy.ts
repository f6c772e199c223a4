import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../free-port.ts'

/** In front of a server: it can be cut off and be there again, with all that the server knows. */
export class TcpProxy {
  readonly url: string
  readonly #target: URL
  readonly #port: number
  readonly #sockets = new Set<Socket>()
  #server: Server | null = null

  private constructor(target: URL, port: number) {
    this.#target = target
    this.#port = port
    this.url = `http://127.0.0.1:${port}${target.pathname}`
  }

  /** @param target URL of the server */
  static async to(target: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(target), await freePort())
    await proxy.connect()
    return proxy
  }

  async connect(): Promise<void> {
    const server = createServer((socket) => {
      const onward = connect(Number(this.#target.port), this.#target.hostname)
      for (const one of [socket, onward]) {
        this.#sockets.add(one)
        one.on('error', () => {})
        one.once('close', () => this.#sockets.delete(one))
      }
      socket.pipe(onward).pipe(socket)
    })
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#server = server
  }

  cut(): void {
    this.#server?.close()
    this.#server = null
    for (const socket of this.#sockets) socket.destroy()
  }
}
