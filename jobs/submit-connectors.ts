import type { ConnectClient, ConnectorConfig } from '../kafka/connect.ts'
import type { ConnectorFile } from './submit-files.ts'
import { isChange, type PlanPart, type PlanStep } from './submit-plan.ts'

/**
 * What each connector changes at Kafka Connect. All are validated there, by the plugin that would run them.
 * @throws Error with every field that is wrong, of all of them; ConnectError
 */
export async function planConnectors(connectors: readonly ConnectorFile[], connect: ConnectClient): Promise<PlanPart> {
  const installed = await connect.plugins()
  const faults: string[] = []
  for (const connector of connectors) faults.push(...(await faultsOf(connector, installed, connect)))
  if (faults.length > 0) throw new Error(faults.join('\n'))
  const steps = await Promise.all(connectors.map((connector) => planConnector(connector, connect)))
  return {
    steps,
    apply: async (onDone) => {
      for (const [i, step] of steps.entries()) {
        if (!isChange(step)) continue
        await connect.configure(connectors[i].name, connectors[i].config)
        onDone(step)
      }
    },
  }
}

async function faultsOf(
  { file, name, config }: ConnectorFile,
  installed: readonly string[],
  connect: ConnectClient,
): Promise<string[]> {
  const plugin = config['connector.class']
  // Connect takes the class without its package as well
  if (!installed.some((known) => known === plugin || known.endsWith(`.${plugin}`))) {
    return [
      `${file}: plugin ${plugin} is not installed on the workers; put its jars into a folder of plugin.path and start them again ` +
        `(installed: ${installed.join(', ')})`,
    ]
  }
  const errors = await connect.validate(name, config)
  return errors.map(({ field, message }) => `${file}: "${field}": ${message}`)
}

async function planConnector({ file, name, config }: ConnectorFile, connect: ConnectClient): Promise<PlanStep> {
  const head = { kind: 'connector', name, place: file } as const
  const live = await connect.config(name)
  if (live === null) return { ...head, action: 'create', details: [] }
  const changed = changedFields(live, { ...config, name })
  if (changed.length === 0) return { ...head, action: 'unchanged', details: [] }
  // names alone: values may be secrets
  return { ...head, action: 'update', details: [`other there: ${changed.join(', ')}`] }
}

/** Names of the values that differ, those that only one side has included. */
export function changedFields(live: ConnectorConfig, wanted: ConnectorConfig): string[] {
  const names = new Set([...Object.keys(live), ...Object.keys(wanted)])
  return [...names].filter((name) => live[name] !== wanted[name])
}
