import { parentPort } from 'node:worker_threads'
import type { QueryName } from './queries.ts'
import { openSession, type StoreSession } from './session.ts'
import { StoreError } from './store-error.ts'
import type { Answer, Asked, ToStore } from './thread-message.ts'

/** A store in a thread of its own: packing columns into the file takes as long as the statements do. */
const port = parentPort
if (port === null) throw new Error('thread-worker.js is the body of a thread: it is started by thread.js')
let session: StoreSession | null = null

async function work(message: ToStore): Promise<unknown> {
  if (message.kind === 'open') {
    session = await openSession(message.options)
    return { zone: session.zone, simulated: session.simulated }
  }
  if (session === null) throw new Error('the store is not open')
  switch (message.kind) {
    case 'append':
      return session.append(message.rows)
    case 'commit':
      return session.commit(message.checkpoint)
    case 'ask':
      return session.ask(message.query as QueryName, ...(message.args as []))
    case 'close':
      return session.close()
  }
}

port.on('message', ({ id, message }: Asked) => {
  const answer = (answered: Answer): void => {
    port.postMessage(answered)
    if (message.kind === 'close') port.close()
  }
  work(message).then(
    (value) => answer({ id, value }),
    (error: unknown) => {
      const { name, message: text } = error instanceof Error ? error : new Error(String(error))
      answer({ id, error: { name, message: text, ...(error instanceof StoreError ? { fix: error.fix } : {}) } })
    },
  )
})
