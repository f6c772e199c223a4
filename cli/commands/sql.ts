import { Command } from 'commander'
import { type SqlOptions, type SqlRecord, sql } from '../../jobs/sql.ts'
import { interruptSignal } from '../interrupt.ts'
import { deviceOption, timezoneOption } from '../log-options.ts'

interface SqlFlags extends Pick<SqlOptions, 'topic' | 'timezone' | 'device'> {
  readonly input?: string[]
  readonly json?: boolean
}

/** `gpumon sql FILE…`: runs statements on a log or on records and prints what they produce. */
export function sqlCommand(): Command {
  return new Command('sql')
    .description('run ksqlDB statements on a log or on JSON records, and print what they produce')
    .argument('<file...>', 'scripts of ksqlDB statements, run one after the other')
    .option(
      '--input <file...>',
      'GPU-Z logs (stream GPU_READINGS), or JSON: {topic, key, value, timestamp} in an array or one a line',
    )
    .option('--topic <name>', 'print this topic only (default: all that the statements write to)')
    .addOption(deviceOption())
    .addOption(timezoneOption('time zone of the machine that wrote the log'))
    .option('--json', 'print each record as one JSON object a line')
    .action(async (files: string[], flags: SqlFlags) => {
      const { input = [], json = false } = flags
      const say = (text: string): void => {
        process.stderr.write(`${text}\n`)
      }
      const line = json ? jsonLine : textLine
      const { errors } = await sql(
        { ...flags, files, inputs: input, signal: interruptSignal() },
        {
          onRecords: (records) => {
            let text = ''
            for (const record of records) text += `${line(record)}\n`
            process.stdout.write(text)
          },
          onNotice: say,
        },
      )
      for (const { place, what, count, example } of errors)
        say(`${place}: ${what}${count === 1 ? '' : `, ${count} times`}: ${example}`)
    })
}

function jsonLine({ from, key, value, timestamp, window }: SqlRecord): string {
  const bounds = window === null ? '' : `,"window":{"start":${window.start},"end":${window.end}}`
  return `{"topic":${JSON.stringify(from)},"key":${key},"value":${value},"timestamp":${timestamp}${bounds}}`
}

function textLine({ from, key, value, timestamp, window }: SqlRecord): string {
  const bounds = window === null ? '' : ` [${instant(window.start)} to ${instant(window.end)}]`
  return `${from}  ${instant(timestamp)}  ${key}${bounds}  ${value}`
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}
