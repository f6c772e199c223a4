import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What one step of the benchmark cost. Every step runs in a process of its own, so that none warms or burdens another. */
export interface Measurement {
  readonly step: string
  readonly rows: number
  /** wall clock, s */
  readonly seconds: number
  /** user and system time of the whole process while it worked, s */
  readonly cpuSeconds: number
  /** greatest resident memory of the process, MiB */
  readonly maxRssMiB: number
  readonly details?: Readonly<Record<string, number>>
}

/** Times `work` in this process; it gives the rows it processed. */
export async function measure(
  step: string,
  work: () => Promise<{ rows: number; details?: Record<string, number> }>,
): Promise<Measurement> {
  const cpuBefore = process.cpuUsage()
  const start = process.hrtime.bigint()
  const { rows, details } = await work()
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  const { user, system } = process.cpuUsage(cpuBefore)
  const maxRssMiB = process.resourceUsage().maxRSS / 1024
  const base = { step, rows, seconds, cpuSeconds: (user + system) / 1e6, maxRssMiB }
  return details === undefined ? base : { ...base, details }
}

/** Runs a step in a child process and gives what it measured. Throws with the child's error text when it fails. */
export function measureInChild(step: string, args: readonly string[]): Promise<Measurement> {
  const script = fileURLToPath(new URL('./step.js', import.meta.url))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, step, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out) as Measurement)
      else reject(new Error(`benchmark step ${step} ended with code ${code}:\n${err}`))
    })
  })
}
