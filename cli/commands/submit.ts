import { Command } from 'commander'
import { CREDENTIALS } from '../../jobs/ksql-credentials.ts'
import type { SubmitOptions } from '../../jobs/submit.ts'
import { addServerOptions } from '../server-options.ts'
import { tellSubmit } from '../tell-submit.ts'

interface SubmitFlags extends Pick<SubmitOptions, 'server' | 'registry' | 'connect' | 'bootstrap'> {
  readonly dryRun?: boolean
}

/** `gpumon submit [FILE…]`: brings a cluster to what files declare. */
export function submitCommand(): Command {
  const command = new Command('submit')
    .description(
      'bring schemas, statements and connectors to a cluster: validated first, what is there already is left alone, then waits until all of it runs',
    )
    .argument(
      '[file...]',
      ".ksql, .avsc and .json files, or folders of them (default: gpumon's own, for the servers that are given)",
    )
    .option('--dry-run', 'say what would be done, and do nothing')
  return addServerOptions(command).action(async (paths: string[], flags: SubmitFlags) => {
    const { dryRun = false, ...addresses } = flags
    if (Object.keys(addresses).length === 0)
      command.error('error: no server is given; see --server, --registry, --connect')
    // kafkajs is loaded by those who need a broker
    const { submit } = await import('../../jobs/submit.ts')
    const credentials = process.env[CREDENTIALS]
    await tellSubmit((listener) => submit({ ...addresses, paths, dryRun, credentials }, listener), dryRun)
  })
}
