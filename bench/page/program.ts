import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Pipeline } from '../../web/api.ts'
import { processMemory } from './process-memory.ts'

const SCRIPT = fileURLToPath(new URL('../../cli/gpumon.js', import.meta.url))
const LOOK_MS = 100
/** The last of what a program said is enough to know why it failed. */
const ERROR_TEXT = 4_000

/** `gpumon run` in a process of its own, as a person starts it. */
export interface Program {
  readonly pid: number
  /** of its page, ends in a slash */
  readonly url: string
  /** An answer of its API. @throws Error with status and text when it is none */
  get<Answer>(path: string): Promise<Answer>
}

/**
 * Runs the program while `work` goes on, then ends it as Ctrl-C does; when this returns it has ended.
 * @returns what `work` gave, and the greatest resident memory in MiB (null where the system does not tell)
 * @throws what `work` throws; Error with the program's words when it does not start or end well
 */
export async function withProgram<Result>(
  args: readonly string[],
  work: (program: Program) => Promise<Result>,
): Promise<{ result: Result; peakMiB: number | null }> {
  const child = spawn(process.execPath, [SCRIPT, 'run', ...args, '--no-open', '--port', '0', '--timezone', 'UTC'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const pid = child.pid ?? 0
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-ERROR_TEXT)
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  let peakMiB: number | null = null
  const looks = setInterval(async () => {
    peakMiB = (await processMemory(pid, 'VmHWM')) ?? peakMiB
  }, LOOK_MS)
  try {
    const failed = ended.then((code) => fail(args, code, said))
    const url = await Promise.race([pageUrl(child), failed])
    const result = await Promise.race([work({ pid, url, get: (path) => get(`${url}${path}`) }), failed])
    child.kill('SIGINT')
    const code = await ended
    if (code !== 0) fail(args, code, said)
    return { result, peakMiB }
  } finally {
    clearInterval(looks)
    child.kill('SIGKILL')
  }
}

/** Waits until everything that the logs held is read. */
export async function untilRead(program: Program): Promise<void> {
  for (;;) {
    const { rows, progress } = await program.get<Pipeline>('api/pipeline')
    if (progress === null && rows > 0) return
    await sleep(LOOK_MS)
  }
}

function fail(args: readonly string[], code: number | null, said: string): never {
  throw new Error(`gpumon run ${args.join(' ')} ended with code ${code}:\n${said}`)
}

function pageUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let out = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (out.length < ERROR_TEXT) out += text
      const url = /^page\s+(\S+)$/m.exec(out)?.[1]
      if (url !== undefined) resolve(url.endsWith('/') ? url : `${url}/`)
    })
  })
}

async function get<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}
