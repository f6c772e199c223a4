import { execFile } from 'node:child_process'

/**
 * Runs a program to its end.
 * @param doing for the error
 * @param limitMs after which it is stopped
 * @throws Error with the end of what it said
 */
export function runTool(
  doing: string,
  program: string,
  args: readonly string[],
  limitMs: number,
  cwd?: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { timeout: limitMs, maxBuffer: 64 << 20, ...(cwd === undefined ? {} : { cwd }) }
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve()
      else reject(new Error(`${doing}: ${(stdout + stderr).slice(-2_000) || error.message}`))
    })
  })
}
