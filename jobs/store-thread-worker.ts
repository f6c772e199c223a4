import { parentPort } from 'node:worker_threads'
import type { QueryName } from '../store/queries.ts'
import { QueryError } from '../store/query-error.ts'
import { type LocalSession, openSession } from '../store/session.ts'
import { StoreError } from '../store/store-error.ts'
import { StoreExports } from './store-exports.ts'
import type { Answer, Asked, ToStore } from './store-thread-message.ts'

/** A store in a thread of its own: packing columns into the file takes as long as the statements do. */
const port = parentPort
if (port === null) throw new Error('store-thread-worker.js is the body of a thread: it is started by store-thread.js')
let session: LocalSession | null = null
let exports: StoreExports | null = null

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
    case 'export':
      exports = new StoreExports(message.settings, (notice) => port?.postMessage({ notice }))
      exports.start(session)
      return undefined
    case 'close':
      await exports?.stop()
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
      answer({ id, error: { name, message: text, ...details(error) } })
    },
  )
})

function details(error: unknown): Pick<NonNullable<Answer['error']>, 'fix' | 'kind'> {
  if (error instanceof StoreError) return { fix: error.fix }
  return error instanceof QueryError ? { fix: error.fix, kind: error.kind } : {}
}
