import { Command, Option } from 'commander'
import type { ProduceOptions } from '../../jobs/produce.ts'
import { interruptSignal } from '../interrupt.ts'
import { deviceOption, replaySpeedOption, timezoneOption } from '../log-options.ts'
import { tellProduce } from '../tell-produce.ts'
import { parseBootstrap, parseUrl } from '../values.ts'

type ProduceFlags = Omit<ProduceOptions, 'logs' | 'signal' | 'intervalMs'>

/** `gpumon produce LOG…`: the readings of logs into Kafka. */
export function produceCommand(): Command {
  return new Command('produce')
    .description('send the readings of GPU-Z sensor logs to Kafka, each once; started again it goes on where it was')
    .argument('<log...>', 'GPU-Z sensor logs, or .zip archives with logs; each log is a device')
    .requiredOption('--bootstrap <host:port>', 'a broker of the cluster, several with commas', parseBootstrap)
    .requiredOption('--registry <url>', 'the schema registry, such as http://127.0.0.1:8081', parseUrl)
    .addOption(deviceOption())
    .addOption(timezoneOption())
    .addOption(replaySpeedOption())
    .addOption(new Option('--loop', 'begin again at the end, with times that go on, until Ctrl-C').conflicts('follow'))
    .option('--follow', 'go on with what is appended to the logs, until Ctrl-C')
    .action(async (logs: string[], flags: ProduceFlags) => {
      // kafkajs is loaded by those who send
      const { produce } = await import('../../jobs/produce.ts')
      await tellProduce((listener) => produce({ ...flags, logs, signal: interruptSignal() }, listener))
    })
}
