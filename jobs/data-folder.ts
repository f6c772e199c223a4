import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where this program keeps a person's data, as each system has it (XDG Base Directory; %LOCALAPPDATA%; Application Support). */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'gpumon')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'gpumon')
  return join(environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'gpumon')
}
