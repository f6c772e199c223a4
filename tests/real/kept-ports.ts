import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'

/** Ports of the server of a folder: chosen at the first call, and the same ever after, whoever asks. @param names what each is for */
export async function keptPorts<const Name extends string>(
  folder: string,
  names: readonly Name[],
): Promise<Readonly<Record<Name, number>>> {
  const file = join(folder, 'ports.json')
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true })
    const ports = await Promise.all(names.map(async (name) => [name, await freePort()]))
    writeFileSync(file, JSON.stringify(Object.fromEntries(ports)))
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Record<Name, number>
}
