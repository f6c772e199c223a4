import { Command, CommanderError } from 'commander'
import { version } from '../jobs/version.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { inspectCommand } from './commands/inspect.ts'
import { ksqlServerCommand } from './commands/ksql-server.ts'
import { produceCommand } from './commands/produce.ts'
import { runCommand } from './commands/run.ts'
import { sqlCommand } from './commands/sql.ts'
import { submitCommand } from './commands/submit.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { explain } from './failure.ts'
import { endQuietlyOnClosedPipe } from './pipe.ts'

const COMMANDS = [
  inspectCommand,
  runCommand,
  produceCommand,
  submitCommand,
  doctorCommand,
  sqlCommand,
  ksqlServerCommand,
  demoCommand,
]

/** All commands with their arguments and options; what goes against them is thrown as CommanderError. */
export function gpumonProgram(): Command {
  const program = new Command('gpumon')
    .description('GPU-Z sensor logs to live alerts, history and answers')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('(gpumon --help lists commands and options)')
    .exitOverride()
  for (const command of COMMANDS) program.addCommand(command().copyInheritedSettings(program))
  return program
}

/**
 * Runs one command line and returns the exit code: 0 done, 1 failed, 2 usage. Results go to stdout, everything that is said
 * about the work to stderr.
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  endQuietlyOnClosedPipe(process.stdout)
  endQuietlyOnClosedPipe(process.stderr)
  try {
    await gpumonProgram().parseAsync(args, { from: 'user' })
    return EXIT.done
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    process.stderr.write(`${explain(error)}\n`)
    return EXIT.failed
  }
}
