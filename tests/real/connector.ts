import { setTimeout as sleep } from 'node:timers/promises'

const RUNNING_MS = 60_000

/** A connector's configuration, as Connect's REST interface takes it. */
export type ConnectorConfig = Readonly<Record<string, string>>

interface Status {
  readonly connector: { readonly state: string; readonly trace?: string }
  readonly tasks: readonly {
    readonly id: number
    readonly state: string
    /** HOST:PORT */
    readonly worker_id: string
    readonly trace?: string
  }[]
}

/** Puts a connector up and waits until it and its tasks run. @throws Error with the trace of what FAILED */
export async function runConnector(connect: string, name: string, config: ConnectorConfig): Promise<void> {
  await ask('PUT', `${connect}/connectors/${name}/config`, config)
  for (const until = Date.now() + RUNNING_MS; Date.now() < until; await sleep(100)) {
    const { connector, tasks } = await connectorStatus(connect, name)
    const failed = [connector, ...tasks].find(({ state }) => state === 'FAILED')
    if (failed !== undefined) throw new Error(`connector ${name} FAILED: ${failed.trace}`)
    if (tasks.length > 0 && [connector, ...tasks].every(({ state }) => state === 'RUNNING')) return
  }
  throw new Error(`connector ${name} does not run: ${JSON.stringify(await connectorStatus(connect, name))}`)
}

/** @returns without tasks where the worker does not know it yet */
export async function connectorStatus(connect: string, name: string): Promise<Status> {
  const answer = await fetch(`${connect}/connectors/${name}/status`)
  if (answer.status === 404) return { connector: { state: 'UNASSIGNED' }, tasks: [] }
  if (!answer.ok) throw new Error(`${name}: HTTP ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Status
}

export async function removeConnector(connect: string, name: string): Promise<void> {
  await ask('DELETE', `${connect}/connectors/${name}`)
}

/** @throws Error for an answer that is none of 2xx */
export async function ask(method: string, url: string, body?: object): Promise<void> {
  for (const until = Date.now() + RUNNING_MS; ; await sleep(100)) {
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    if (answer.ok) return
    // While workers share out their work anew.
    if (answer.status === 409 && Date.now() < until) continue
    throw new Error(`${method} ${url}: HTTP ${answer.status} ${await answer.text()}`)
  }
}
