import { Command } from 'commander'
import { CREDENTIALS } from '../../jobs/ksql-credentials.ts'
import type { KsqlServerOptions } from '../../jobs/ksql-server.ts'
import { EXIT } from '../exit.ts'
import { interruptSignal } from '../interrupt.ts'
import { parseBootstrap, parsePort, parseUrl } from '../values.ts'

type Flags = Omit<KsqlServerOptions, 'files' | 'credentials' | 'signal' | 'snapshots'>

/** `gpumon ksql-server [FILE…]`: answers ksqlDB's REST interface until interrupted. */
export function ksqlServerCommand(): Command {
  return new Command('ksql-server')
    .description(
      "answer ksqlDB's REST interface: with --bootstrap its statements run on Kafka topics; without, in memory, records come by INSERT and /inserts-stream, and nothing is kept",
    )
    .argument('[file...]', 'scripts of ksqlDB statements, executed before the server answers (in memory only)')
    .option('--bootstrap <host:port>', 'a broker of the Kafka cluster, several with commas', parseBootstrap)
    .option('--registry <url>', 'the schema registry, such as http://127.0.0.1:8081', parseUrl)
    .option('--service-id <id>', "servers of one service are one another's standbys (default: gpumon_)")
    .option('--port <port>', 'port of the server (default: 8088, as ksqlDB; 0: any that is free)', parsePort)
    .option(
      '--host <address>',
      `address of the server; another than 127.0.0.1 needs credentials, from ${CREDENTIALS} (name:password)`,
    )
    .action(async (files: string[], flags: Flags, command: Command) => {
      for (const option of ['registry', 'serviceId'] as const) {
        if (flags[option] === undefined || flags.bootstrap !== undefined) continue
        const name = option === 'registry' ? '--registry' : '--service-id'
        command.error(`error: ${name} is for a service on Kafka: give --bootstrap HOST:PORT, too`, {
          exitCode: EXIT.usage,
        })
      }
      const { ksqlServer } = await import('../../jobs/ksql-server.ts')
      await ksqlServer(
        { ...flags, files, credentials: process.env[CREDENTIALS], signal: interruptSignal() },
        {
          onReady: (url) => process.stdout.write(`ksql   ${url}\nCtrl-C ends it\n`),
          onNotice: (text) => process.stderr.write(`${text}\n`),
        },
      )
    })
}
