import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { outcome, start } from './gpumon.ts'

/** Something that keeps Node running, as a socket that a library has left open does. */
const LEFT_OPEN = `--import=data:text/javascript,${encodeURIComponent('setInterval(() => {}, 1000)')}`

test.each([
  ['--version', 0],
  ['--no-such-option', 2],
])('%s ends the process with %i, whatever a library has left open', async (option, code) => {
  const ended = await outcome(start([option], { NODE_OPTIONS: LEFT_OPEN }))
  expect(ended.code).toBe(code)
  expect(ended.stdout + ended.stderr).not.toBe('')
})

test('everything that was written has gone out before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpumon-end-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const at = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const script = at(
    'all.ksql',
    "CREATE STREAM s (n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1); CREATE STREAM o AS SELECT * FROM s;",
  )
  const rows = 20_000
  const records = at(
    's.json',
    Array.from({ length: rows }, (_, n) => `{"value": {"n": ${n}}, "timestamp": 0}\n`).join(''),
  )
  const child = start(['sql', script, '--json', '--input', records])
  const ended = outcome(child)
  // A reader that takes its time: what does not fit into the pipe waits.
  child.stdout?.pause()
  await sleep(2_000)
  child.stdout?.resume()
  expect((await ended).stdout.trimEnd().split('\n')).toHaveLength(rows)
})
