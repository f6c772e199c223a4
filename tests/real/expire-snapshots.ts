import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose, root } from '../deploy/compose-file.ts'
import { icebergJars } from './connect-plugins.ts'
import { runTool } from './tool.ts'

const LIMIT_MS = 60_000

/** The program of the image that forgets old snapshots, compiled as the image's Dockerfile does. @param location of the table, hdfs://… @throws Error with what it said when it fails */
export async function expireSnapshots(location: string): Promise<void> {
  const classes = mkdtempSync(join(tmpdir(), 'gpumon-expire-'))
  try {
    const jars = join(await icebergJars(), '*')
    const source = join(root, 'deploy/images/connect/ExpireSnapshots.java')
    await runTool(`javac ${source}`, 'javac', ['--release', '17', '-cp', jars, '-d', classes, source], LIMIT_MS)
    const heap = String(compose.services['upkeep'].environment?.['JAVA_TOOL_OPTIONS'])
    await runTool('ExpireSnapshots', 'java', [heap, '-cp', `${jars}:${classes}`, 'ExpireSnapshots', location], LIMIT_MS)
  } finally {
    rmSync(classes, { recursive: true })
  }
}
