import type { ExitCode } from './exit.ts'

/**
 * Ends the process once all that was written has gone out. Node would wait for every socket that a library has left open, as kafkajs 2.2.4 now and then does when a
 * broker goes away: Ctrl-C would end the work, and the process ten minutes later, when the broker closes what is idle.
 */
export async function endProcess(code: ExitCode): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write('', resolve))
  process.exit(code)
}
