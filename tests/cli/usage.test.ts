import { describe, expect, test } from 'vitest'
import { gpumon, outcome, start } from './gpumon.ts'

describe('gpumon', () => {
  test('prints its version and its help, and is done', async () => {
    expect(await gpumon('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    })
    const help = await gpumon('--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const command of ['inspect', 'run', 'produce', 'submit', 'doctor', 'sql', 'ksql-server', 'demo'])
      expect(help.stdout).toContain(`  ${command} `)
  })

  test('without a command prints its help as a usage error', async () => {
    const { code, stdout, stderr } = await gpumon()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Usage: gpumon')
  })

  test.each([
    [['demoo'], "unknown command 'demoo'", 'Did you mean demo?'],
    [['demo', '--sped', '3'], "unknown option '--sped'", '--speed'],
    [['demo', '--speed', 'fast'], "argument 'fast' is invalid", 'a number above 0'],
    [['demo', '--rows', '0'], "argument '0' is invalid", 'a whole number of at least 1'],
    [['demo', '--seed', '-1'], "argument '-1' is invalid", 'from 0 to 4294967295'],
    [['demo', '--seed'], 'argument missing', '--seed'],
    [['inspekt', 'log.txt'], "unknown command 'inspekt'", 'Did you mean inspect?'],
    [['run'], "missing required argument 'log'", '--help'],
    [['run', 'log.txt', '--timezone', 'Europe/Berln'], 'Unknown time zone "Europe/Berln"', 'Europe/Berlin'],
    [['run', 'log.txt', '--loop', '--follow'], "'--loop' cannot be used with option '--follow'", '--help'],
    [['run', 'log.txt', '--once', '--follow'], 'cannot be used with option', '--help'],
    [['ksql-server', '--port', '99999'], "argument '99999' is invalid", 'from 0 to 65535'],
    [['produce', 'log.txt'], "required option '--bootstrap <host:port>' not specified", '--help'],
    [['produce', 'log.txt', '--bootstrap', 'localhost'], "argument 'localhost' is invalid", '127.0.0.1:9092'],
    [['produce', 'log.txt', '--registry', 'localhost:8081'], 'is invalid', 'http://127.0.0.1:8081'],
    [['demo', 'log.txt'], 'too many arguments', "'demo'"],
  ])('%j is a usage error that offers what is known', async (args, problem, fix) => {
    const { code, stdout, stderr } = await gpumon(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(problem)
    expect(stderr).toContain(fix)
  })

  test('names the cause and the fix of a failure, and a stack trace only for DEBUG', async () => {
    const args = ['demo', '--rows', '1', '--output', 'no/such/folder/log.txt']
    const plain = await gpumon(...args)
    expect(plain).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: no/such/folder/log.txt: no such file or folder; check the path\n',
    })
    expect((await outcome(start(args, { DEBUG: '1' }))).stderr).toMatch(/ENOENT.*\n\s+at /)
  })
})
