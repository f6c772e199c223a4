import { Command } from 'commander'
import { inspectLogs } from '../../jobs/inspect.ts'
import { formatInspectReport } from '../inspect-text.ts'
import { timezoneOption } from '../log-options.ts'
import { ProgressBar } from '../progress.ts'

interface InspectFlags {
  readonly timezone: string
  readonly json?: boolean
}

/** `gpumon inspect LOG…`: what is in these logs, before anything is made of it. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .description('say what is in logs: encoding, rows, rejects, sensors, gaps, sessions')
    .argument('<log...>', 'GPU-Z sensor logs, or .zip archives with logs')
    .addOption(timezoneOption())
    .option('--json', 'print one JSON object: {"logs": [one object a log]}')
    .action(async (paths: string[], { timezone, json = false }: InspectFlags) => {
      const bar = new ProgressBar('inspecting')
      const reports = await inspectLogs(paths, {
        timezone,
        onNotice: (text) => process.stderr.write(`${text}\n`),
        onProgress: ({ bytes, size, rows }) => bar.update({ rows, share: size === 0 ? 1 : bytes / size }),
      }).finally(() => bar.clear())
      process.stdout.write(
        json ? `${JSON.stringify({ logs: reports })}\n` : reports.map(formatInspectReport).join('\n'),
      )
    })
}
