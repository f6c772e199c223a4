import { Command, Option } from 'commander'
import { type ProduceOptions, produce } from '../../jobs/produce.ts'
import { systemTimezone } from '../../jobs/timezone.ts'
import { interruptSignal } from '../interrupt.ts'
import { tellProduce } from '../tell-produce.ts'
import { parseBootstrap, parseSpeed, parseTimezone, parseUrl } from '../values.ts'

type ProduceFlags = Omit<ProduceOptions, 'logs' | 'signal' | 'intervalMs'>

/** `gpumon produce LOG…`: the readings of logs into Kafka. */
export function produceCommand(): Command {
  return new Command('produce')
    .description('send the readings of GPU-Z sensor logs to Kafka, each once; started again it goes on where it was')
    .argument('<log...>', 'GPU-Z sensor logs, or .zip archives with logs; each log is a device')
    .requiredOption('--bootstrap <host:port>', 'a broker of the cluster, several with commas', parseBootstrap)
    .requiredOption('--registry <url>', 'the schema registry, such as http://127.0.0.1:8081', parseUrl)
    .option('--device <name>', 'name of the device, for a single log (default: the name of the file)')
    .option(
      '--timezone <zone>',
      'time zone of the machine that wrote the logs, by its IANA name',
      parseTimezone,
      systemTimezone(),
    )
    .option('--speed <factor>', 'replay at this many times real time (pauses count as a minute at most)', parseSpeed)
    .addOption(new Option('--loop', 'begin again at the end, with times that go on, until Ctrl-C').conflicts('follow'))
    .option('--follow', 'go on with what is appended to the logs, until Ctrl-C')
    .action(async (logs: string[], flags: ProduceFlags) => {
      await tellProduce((listener) => produce({ ...flags, logs, signal: interruptSignal() }, listener))
    })
}
