import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach } from 'vitest'

const program = resolve(import.meta.dirname, '..', '..', 'dist', 'cli', 'gpumon.js')

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the built program; `npm test` builds it first. */
export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  if (!existsSync(program)) throw new Error(`${program} is not built; run "npm run build" first`)
  return spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
}

/** `start` for the tests of a file: what still runs when a test ends, however it ends, is killed. */
export function startOfTest(): typeof start {
  const running: ChildProcess[] = []
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
  })
  return (args, env) => {
    const child = start(args, env)
    running.push(child)
    return child
  }
}

/** What a started program says until it ends. */
export function outcome(child: ChildProcess): Promise<Outcome> {
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((done, failed) => {
    child.on('error', failed)
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

/** Runs the built program to its end. */
export function gpumon(...args: string[]): Promise<Outcome> {
  return outcome(start(args))
}
