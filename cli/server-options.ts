import type { Command } from 'commander'
import { CREDENTIALS } from '../jobs/ksql-credentials.ts'
import { parseBootstrap, parseUrl } from './values.ts'

/** Addresses of a cluster's servers, as the commands know them that speak with several. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--bootstrap <host:port>', 'a broker of the cluster, several with commas', parseBootstrap)
    .option('--registry <url>', 'the schema registry, such as http://127.0.0.1:8081', parseUrl)
    .option(
      '--server <url>',
      `ksqlDB or gpumon ksql-server, such as http://127.0.0.1:8088; credentials from ${CREDENTIALS} (name:password)`,
      parseUrl,
    )
    .option('--connect <url>', 'a worker of Kafka Connect, such as http://127.0.0.1:8083', parseUrl)
}
