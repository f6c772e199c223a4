import { Command } from 'commander'
import type { DoctorOptions } from '../../jobs/doctor.ts'
import { CREDENTIALS } from '../../jobs/ksql-credentials.ts'
import { addServerOptions } from '../server-options.ts'
import { tellDoctor } from '../tell-doctor.ts'
import { parseUrl } from '../values.ts'

interface DoctorFlags extends Omit<DoctorOptions, 'credentials' | 'restartFailed'> {
  readonly restartFailed?: boolean
}

/** `gpumon doctor`: what a cluster does, what is wrong with it and how to mend it. */
export function doctorCommand(): Command {
  const command = addServerOptions(
    new Command('doctor').description(
      'say what of a cluster is reachable, which schema, statements and connectors are live, what is wrong and how to mend it',
    ),
  )
    .option('--influx <url>', 'InfluxDB, such as http://127.0.0.1:8086', parseUrl)
    .option('--hdfs <url>', "HDFS's NameNode, where WebHDFS answers, such as http://127.0.0.1:9870", parseUrl)
    .option('--restart-failed', 'start connectors and tasks again that have FAILED, and only these')
  return command.action(async ({ restartFailed = false, ...addresses }: DoctorFlags) => {
    if (Object.keys(addresses).length === 0) command.error('error: no server is given; see gpumon doctor --help')
    if (restartFailed && addresses.connect === undefined) command.error('error: --restart-failed needs --connect')
    // kafkajs is loaded by those who need a broker
    const { doctor } = await import('../../jobs/doctor.ts')
    const credentials = process.env[CREDENTIALS]
    await tellDoctor((onFindings) => doctor({ ...addresses, restartFailed, credentials }, onFindings))
  })
}
