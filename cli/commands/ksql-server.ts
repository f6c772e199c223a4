import { Command } from 'commander'
import type { KsqlServerOptions } from '../../jobs/ksql-server.ts'
import { interruptSignal } from '../interrupt.ts'
import { CREDENTIALS } from '../server-options.ts'
import { parsePort } from '../values.ts'

/** `gpumon ksql-server [FILE…]`: answers ksqlDB's REST interface until interrupted. */
export function ksqlServerCommand(): Command {
  return new Command('ksql-server')
    .description(
      "answer ksqlDB's REST interface over the engine in memory; records come by INSERT and /inserts-stream, not from Kafka yet, and nothing is kept",
    )
    .argument('[file...]', 'scripts of ksqlDB statements, executed before the server answers')
    .option('--port <port>', 'port of the server (default: 8088, as ksqlDB; 0: any that is free)', parsePort)
    .option(
      '--host <address>',
      `address of the server; another than 127.0.0.1 needs credentials, from ${CREDENTIALS} (name:password)`,
    )
    .action(async (files: string[], flags: Pick<KsqlServerOptions, 'host' | 'port'>) => {
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
