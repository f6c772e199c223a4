import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
const scratch = mkdtempSync(join(tmpdir(), 'gpumon-layering-'))
copyFileSync(join(root, 'biome.json'), join(scratch, 'biome.json'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** The linter's verdict on one file that stands at `path` in the project. */
function lint(path: string, source: string): { refused: boolean; text: string } {
  const file = join(scratch, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, source)
  const run = spawnSync(process.execPath, [biome, 'lint', '--vcs-enabled=false', path], {
    cwd: scratch,
    encoding: 'utf8',
  })
  return { refused: run.status !== 0, text: run.stdout + run.stderr }
}

describe('imports point inwards', () => {
  test.each([
    ['engine/runtime/x.ts', "import { a } from '../../gpuz/a.ts'\nexport const b = a\n"],
    ['engine/x.ts', "import type { A } from '../gpuz/sensors/a.ts'\nexport type B = A\n"],
    ['engine/x.ts', "export { a } from '../store/a.ts'\n"],
    ['engine/x.ts', "export const a = await import('../jobs/a.ts')\n"],
    ['engine/x.ts', "import { a } from '../schemas/a.ts'\nexport const b = a\n"],
    ['gpuz/simulator/x.ts', "import { a } from '../../engine/a.ts'\nexport const b = a\n"],
    ['gpuz/x.ts', "import { a } from '../cli/commands/a.ts'\nexport const b = a\n"],
    ['store/x.ts', "import { a } from '../jobs/a.ts'\nexport const b = a\n"],
    ['web/x.ts', "import { a } from '../cli/a.ts'\nexport const b = a\n"],
    ['kafka/x.ts', "import { a } from '../jobs/a.ts'\nexport const b = a\n"],
    ['kafka/x.ts', "import { a } from '../gpuz/a.ts'\nexport const b = a\n"],
    ['store/x.ts', "import { a } from '../kafka/a.ts'\nexport const b = a\n"],
    ['ksql-rest/server/x.ts', "import { a } from '../../jobs/a.ts'\nexport const b = a\n"],
    ['ksql-rest/x.ts', "import { a } from '../gpuz/a.ts'\nexport const b = a\n"],
    ['engine/x.ts', "import { a } from '../ksql-rest/a.ts'\nexport const b = a\n"],
    ['ksql-kafka/x.ts', "import { a } from '../jobs/a.ts'\nexport const b = a\n"],
    ['ksql-kafka/x.ts', "import { a } from '../gpuz/a.ts'\nexport const b = a\n"],
    ['ksql-rest/x.ts', "import { a } from '../ksql-kafka/a.ts'\nexport const b = a\n"],
    ['kafka/x.ts', "import { a } from '../ksql-kafka/a.ts'\nexport const b = a\n"],
    ['web/x.ts', "import { a } from '../ksql-rest/a.ts'\nexport const b = a\n"],
    ['jobs/x.ts', "import { a } from '../cli/a.ts'\nexport const b = a\n"],
    ['cli/commands/x.ts', "import { a } from '../../store/a.ts'\nexport const b = a\n"],
    ['grafana/x.ts', "import { a } from '../engine/a.ts'\nexport const b = a\n"],
    ['jobs/x.ts', "import { a } from '../grafana/a.ts'\nexport const b = a\n"],
    ['cli/x.ts', "import { a } from '../engine/a.ts'\nexport const b = a\n"],
  ])('%s is refused: %s', (path, source) => {
    const { refused, text } = lint(path, source)
    expect(text).toContain('Layering (ARCHITECTURE.md)')
    expect(refused).toBe(true)
  })

  test.each([
    ['engine/runtime/x.ts', "import { a } from '../types/a.ts'\nexport const b = a\n"],
    ['gpuz/simulator/x.ts', "import { a } from '../sensors.ts'\nexport const b = a\n"],
    ['ksql-rest/server/x.ts', "import { a } from '../../engine/index.ts'\nexport const b = a\n"],
    ['ksql-kafka/x.ts', "import { a } from '../kafka/a.ts'\nexport const b = a\n"],
    ['schemas/x.ts', "import { a } from '../gpuz/sensors.ts'\nexport const b = a\n"],
    ['jobs/x.ts', "import { a } from '../engine/a.ts'\nimport { c } from '../gpuz/a.ts'\nexport const b = [a, c]\n"],
    [
      'cli/commands/x.ts',
      "import { a } from '../../jobs/a.ts'\nimport { c } from '../progress.ts'\nexport const b = [a, c]\n",
    ],
  ])('%s is let through: %s', (path, source) => {
    expect(lint(path, source)).toMatchObject({ refused: false })
  })

  test('every source folder has a rule', () => {
    const known = new Set([
      'engine',
      'gpuz',
      'schemas',
      'store',
      'kafka',
      'ksql-rest',
      'ksql-kafka',
      'web',
      'jobs',
      'cli',
      'grafana',
    ])
    const free = new Set(['bench', 'tests', 'docs', 'ksql', 'node_modules', 'dist', 'coverage', 'connect', 'deploy'])
    const folders = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
    expect(folders.filter((name) => !known.has(name) && !free.has(name))).toEqual([])
  })
})
