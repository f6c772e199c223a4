import { CommanderError } from 'commander'
import { describe, expect, test } from 'vitest'
import { gpumonProgram } from '../../cli/main.ts'
import { services } from './compose-file.ts'

const commands = services.flatMap(([name, { image, command = [] }]): [string, string[]][] => {
  if (image !== 'gpumon:local') return []
  // the restarter's is a line for a shell
  const shell = /gpumon\.js ([^;]*)/.exec(command[0])?.[1].split(' ')
  return [[name, [...(shell ?? command)]]]
})

/** What the program makes of a command line, without doing anything. */
async function parsed(args: readonly string[]): Promise<string> {
  const program = gpumonProgram()
  program.configureOutput({ writeErr: () => {} })
  for (const command of program.commands) command.configureOutput({ writeErr: () => {} }).action(() => {})
  try {
    await program.parseAsync(args, { from: 'user' })
    return 'accepted'
  } catch (error) {
    if (error instanceof CommanderError) return error.message
    throw error
  }
}

describe('what docker-compose.yml starts of gpumon', () => {
  test('is all of these', () => {
    expect(commands.map(([name, [command]]) => `${name}: ${command}`)).toEqual([
      'ksql-server: ksql-server',
      'setup: submit',
      'hdfs-sink: submit',
      'restarter: doctor',
      'page: demo',
      'producer: produce',
    ])
  })

  test.each(commands)('%s has arguments and options that the program knows', async (_, args) => {
    expect(await parsed(args)).toBe('accepted')
  })

  test('would be found out if it had others', async () => {
    expect(await parsed(['submit', '--sever', 'http://ksqldb-server:8088'])).toContain("unknown option '--sever'")
    expect(await parsed(['produce', 'log.txt'])).toContain('--bootstrap')
  })
})
