import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addressesIn,
  compose,
  composeText,
  exampleVariables,
  listening,
  mebibytes,
  root,
  type Service,
  services,
  servicesOf,
} from './compose-file.ts'

/** The Compose project's own loader; `go run` builds it once and keeps it. */
const LOADER = 'github.com/compose-spec/compose-go/v2/cmd@v2.16.2'
const hasGo = spawnSync('go', ['version']).status === 0
if (!hasGo && process.env['CI'] !== undefined)
  throw new Error('the Compose loader is built by go, which is not installed')
if (!hasGo) console.warn('skipped "the Compose loader": it is built by go, which is not installed')

const VARIABLE = /\$\{([A-Z0-9_]+)([^}]*)\}/g
const isOnce = ({ restart }: Service): boolean => restart !== 'unless-stopped'
const sum = (of: readonly (readonly [string, Service])[]): number =>
  of.reduce((total, [, { mem_limit }]) => total + mebibytes(mem_limit), 0)

describe.skipIf(!hasGo)('the Compose loader', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpumon-compose-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const load = (text: string) => {
    writeFileSync(join(folder, 'compose.yml'), text)
    const args = ['run', LOADER, '-no-interpolation', '-format', 'json', 'compose.yml']
    const run = spawnSync('go', args, { cwd: folder, encoding: 'utf8', timeout: 240_000 })
    // The first time go says what it downloads.
    return { ...run, stderr: run.stderr.replace(/^go: downloading .*\n/gm, '') }
  }
  const filled = composeText.replace(VARIABLE, (_, name: string) => exampleVariables.get(name) || 'x')

  test('takes the file', () => {
    const { status, stdout, stderr } = load(filled)
    expect(stderr).toBe('')
    expect(status).toBe(0)
    const loaded = JSON.parse(stdout) as { services: Record<string, { mem_limit: string }> }
    expect(Object.keys(loaded.services).sort()).toEqual(Object.keys(compose.services).sort())
  }, 300_000)

  test('refuses a key that Compose has not', () => {
    const { status, stderr } = load(filled.replace('mem_limit: 640m', 'memory_limit: 640m'))
    expect(stderr).toContain('memory_limit')
    expect(status).not.toBe(0)
  }, 300_000)
})

describe('files', () => {
  test('that are mounted or built from exist', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0]).filter((source) => source.startsWith('.')),
    )
    const built = services.flatMap(([, { build }]) =>
      build === undefined ? [] : [join(build.context, build.dockerfile ?? 'Dockerfile')],
    )
    const dockerfiles = [...new Set(built.map((path) => (path.startsWith('deploy') ? path : join('.', path))))]
    expect(dockerfiles).toHaveLength(2)
    expect([...mounted, ...dockerfiles].filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test('that images copy from the project exist, and are not kept out of the build', () => {
    const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split(/\r?\n/)
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', 'node_modules']))
    const dockerfile = readFileSync(join(root, 'deploy/images/gpumon/Dockerfile'), 'utf8')
    const copied = [...dockerfile.matchAll(/\/build\/([\w./-]+)/g)].map(([, path]) => path)
    expect(copied).toEqual(
      expect.arrayContaining(['package.json', 'dist', 'ksql', 'connect', 'schemas/gpu-reading.avsc']),
    )
    const made = ['node_modules', 'dist']
    expect(copied.filter((path) => !made.includes(path) && !existsSync(join(root, path)))).toEqual([])
    expect(copied.filter((path) => !made.includes(path) && ignored.includes(path))).toEqual([])
    expect(dockerfile).toMatch(/^USER node$/m)
  })

  test('named volumes are declared and used', () => {
    const used = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0]).filter((source) => !source.startsWith('.')),
    )
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.volumes).sort())
  })

  test('named volumes are mounted where the image lets its user write', () => {
    // What an image has at a place belongs to its user, and a new volume takes that over; elsewhere it would be root's.
    const writable: Readonly<Record<string, string>> = {
      kafka: '/var/lib/kafka/data',
      'ksqldb-server': '/var/lib/kafka-streams',
      influxdb: '/var/lib/influxdb2',
      grafana: '/var/lib/grafana',
      page: '/logs',
      producer: '/logs',
    }
    for (const [name, { volumes = [], user }] of services) {
      for (const volume of volumes.filter((mount) => !mount.startsWith('.') && user !== 'root'))
        expect(volume.split(':')[1], name).toBe(writable[name])
    }
    expect(readFileSync(join(root, 'deploy/images/gpumon/Dockerfile'), 'utf8')).toContain('chown node:node /logs')
    const { environment = {} } = compose.services['ksqldb-server']
    expect(environment['KSQL_KSQL_STREAMS_STATE_DIR']).toBe(writable['ksqldb-server'])
  })

  test('images are pinned to a version', () => {
    const loose = services.filter(([, { image }]) => !/:(\d+\.\d+\.\d+|local)$/.test(image))
    expect(loose.map(([name, { image }]) => `${name} ${image}`)).toEqual([])
    const bases = ['connect', 'gpumon'].flatMap((image) => {
      const text = readFileSync(join(root, 'deploy/images', image, 'Dockerfile'), 'utf8')
      return [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
    })
    expect(bases.filter((base) => !/:\d+\.\d+\.\d+/.test(base))).toEqual([])
  })

  test('every jar of the Iceberg sink has its checksum', () => {
    const lines = readFileSync(join(root, 'deploy/images/connect/iceberg.sha256'), 'utf8').trimEnd().split('\n')
    expect(lines.filter((line) => !/^[0-9a-f]{64} {2}[\w.-]+\.jar$/.test(line))).toEqual([])
    const pom = readFileSync(join(root, 'deploy/images/connect/pom.xml'), 'utf8')
    const wanted = [...pom.matchAll(/<artifactId>([\w-]+)<\/artifactId>\s*<version>([\d.]+)<\/version>/g)].slice(1)
    expect(wanted).toHaveLength(6)
    for (const [, artifact, version] of wanted) expect(lines.join('\n')).toContain(`  ${artifact}-${version}.jar`)
  })
})

describe('variables', () => {
  const used = [...composeText.matchAll(VARIABLE)]

  test('are all in .env.example, and all of it is used', () => {
    const names = new Set(used.map(([, name]) => name).concat('COMPOSE_PROFILES'))
    expect([...exampleVariables.keys()].sort()).toEqual([...names].sort())
  })

  test('are written so that Compose takes them for such, and nothing else is', () => {
    expect(composeText.replace(VARIABLE, '').replaceAll('$$', '')).not.toContain('$')
    expect(used.map(([, , rest]) => rest).filter((rest) => rest !== '' && rest !== ':?see .env.example')).toEqual([])
  })

  test('without a value in .env.example must be given, the others need not', () => {
    const wrong = used.filter(([, name, rest]) => (exampleVariables.get(name) === '') !== rest.startsWith(':?'))
    expect(wrong.map(([text]) => text)).toEqual([])
  })

  test('profiles in .env.example exist', () => {
    const known = new Set(services.flatMap(([, { profiles = [] }]) => profiles))
    expect([...known].sort()).toEqual(['demo', 'full', 'light'])
    expect(exampleVariables.get('COMPOSE_PROFILES')?.split(',')).toEqual(['full', 'demo'])
  })
})

describe('secrets', () => {
  const SECRET = /(TOKEN|PASSWORD|SECRET|KEY|CREDENTIALS)$/

  test('are given by whoever starts it, never by the file', () => {
    const settings = services.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment).map(([key, value]) => [name, key, String(value)] as const),
    )
    const secret = settings.filter(([, key]) => SECRET.test(key))
    expect(secret.length).toBeGreaterThanOrEqual(5)
    expect(secret.filter(([, , value]) => !/^\$\{[A-Z0-9_]+:\?[^}]+\}$/.test(value))).toEqual([])
    const named = [...exampleVariables].filter(([name]) => SECRET.test(name))
    expect(named.filter(([, value]) => value !== '')).toEqual([])
  })

  test('that are files come from a variable that must be given', () => {
    const files = Object.values(compose.secrets).map(({ environment }) => exampleVariables.get(environment))
    expect(files).toEqual([''])
    const mounted = new Set(services.flatMap(([, { secrets = [] }]) => secrets))
    expect([...mounted]).toEqual(Object.keys(compose.secrets))
  })

  test('.env is kept out of git', () => {
    expect(readFileSync(join(root, '.gitignore'), 'utf8').split(/\r?\n/)).toContain('.env')
  })
})

describe('addresses', () => {
  test('only Grafana and the page can be reached from other machines, and not unless told so', () => {
    const open = services.flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `${name} ${port}`),
    )
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's variable
    expect(open).toEqual(['grafana ${PUBLISH_ADDRESS}:3000:3000', 'page ${PUBLISH_ADDRESS}:8790:8790'])
    expect(exampleVariables.get('PUBLISH_ADDRESS')).toBe('127.0.0.1')
  })

  test('that the file, connect/, grafana/ and ksql/ name are listened on', () => {
    const folders = ['connect', 'grafana', 'ksql']
    const texts = folders.flatMap((folder) =>
      (existsSync(join(root, folder)) ? readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }) : [])
        .filter((name) => /\.(json|ya?ml|ksql)$/.test(name))
        .map((name) => readFileSync(join(root, folder, name), 'utf8')),
    )
    const named = services.map(([, { environment = {}, command = [], healthcheck }]) =>
      [...Object.values(environment), ...command, ...(healthcheck?.test ?? [])].join('\n'),
    )
    const addresses = new Set([...texts, ...named].flatMap(addressesIn))
    expect([...addresses]).toEqual(
      expect.arrayContaining(['kafka:29092', 'schema-registry:8081', 'connect:8083', 'namenode:8020', 'influxdb:8086']),
    )
    const answered = listening()
    expect([...addresses].filter((address) => !answered.has(address))).toEqual([])
  })
})

describe('order', () => {
  test('what a service waits for exists in each profile, and is healthy or done in the sense that it waits for', () => {
    for (const profile of ['full', 'light']) {
      const running = new Map(servicesOf(profile, 'demo'))
      for (const [name, { depends_on = {} }] of running) {
        for (const [other, { condition, required = true }] of Object.entries(depends_on)) {
          const waitedFor = running.get(other)
          if (waitedFor === undefined) {
            expect(required, `${name} waits for ${other}, which ${profile} has not`).toBe(false)
            continue
          }
          const done = condition === 'service_completed_successfully'
          expect(isOnce(waitedFor), `${name} waits for ${other} as ${condition}`).toBe(done)
          expect(waitedFor.healthcheck !== undefined || done, `${other} needs a health check`).toBe(true)
        }
      }
    }
  })

  test('whatever answers on a port has a health check', () => {
    const unwatched = services.filter(([, { ports, healthcheck }]) => ports !== undefined && healthcheck === undefined)
    expect(unwatched.map(([name]) => name)).toEqual([])
  })

  test('one ksqlDB server answers to the name that statements are submitted to, in each profile', () => {
    for (const profile of ['full', 'light']) {
      const servers = servicesOf(profile).filter(
        ([name, { networks }]) =>
          name === 'ksqldb-server' || networks?.default.aliases.includes('ksqldb-server') === true,
      )
      expect(servers, profile).toHaveLength(1)
    }
  })
})

describe('what says that a server answers', () => {
  // Not spawnSync, which would stop the server that is asked.
  const answers = async (port: number, path: string): Promise<boolean> => {
    const [, bash, option, script] = compose.services['schema-registry'].healthcheck?.test ?? []
    const child = spawn(bash, [option, script.replaceAll('$$', '$'), String(port), path], { stdio: 'ignore' })
    const [code] = await once(child, 'close')
    return code === 0
  }
  const server = createServer((request, response) => response.writeHead(request.url === '/ready?all' ? 200 : 503).end())
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))
  afterAll(() => server.close())

  test.skipIf(process.platform === 'win32')('is an answer of 200, and nothing else', async () => {
    const { port } = server.address() as AddressInfo
    expect(await answers(port, '/ready?all')).toBe(true)
    expect(await answers(port, '/busy')).toBe(false)
    expect(await answers(1, '/ready?all')).toBe(false)
  })

  test('is the same for all servers that have no other', () => {
    const asked = services.flatMap(([name, { healthcheck }]) => {
      const [, program, , , port, path] = healthcheck?.test ?? []
      return program === 'bash' && port !== undefined ? [`${name} ${port}${path}`] : []
    })
    expect(asked).toEqual([
      'schema-registry 8081/subjects',
      'ksqldb-server 8088/healthcheck',
      'connect 8083/connectors',
      'namenode 9870/jmx?qry=Hadoop:service=NameNode,name=NameNodeStatus',
      'datanode 9864/jmx',
    ])
  })
})

test('the table whose old snapshots are forgotten is that of connect/hdfs.json, by the jars and the class that the image has', () => {
  const hdfs = JSON.parse(readFileSync(join(root, 'connect/hdfs.json'), 'utf8')) as Record<string, string>
  const [command = ''] = compose.services['upkeep'].command ?? []
  const [, classPath, location] = /-cp "([^"]+)" ExpireSnapshots ([^;]+);/.exec(command) ?? []
  const table = hdfs['iceberg.tables'].replace('.', '/')
  expect(location).toBe(`${hdfs['iceberg.catalog.warehouse']}/${table}`)
  const dockerfile = readFileSync(join(root, 'deploy/images/connect/Dockerfile'), 'utf8')
  const copied = [...dockerfile.matchAll(/^COPY --from=iceberg \S+ (\S+)$/gm)].map(([, folder]) => folder)
  expect(classPath.split(':')).toEqual([`${copied[0]}*`, copied[1].replace(/\/$/, '')])
})

describe('memory', () => {
  test('the whole with the demo fits 8 GB', () => {
    expect(sum(servicesOf('full', 'demo'))).toBeLessThan(8 * 1024)
  })

  test('light fits 3 GB', () => {
    const light = servicesOf('light')
    const isAfterwards = (s: Service) => s.depends_on?.['setup'] !== undefined
    const first = light.filter(([, s]) => !isAfterwards(s))
    const later = light.filter(([, s]) => !isOnce(s))
    expect(later.map(([name]) => name)).toContain('restarter')
    for (const together of [first, later]) expect(sum(together)).toBeLessThan(3 * 1024)
  })

  test('heaps leave room for what a process needs besides', () => {
    const heaps = services.flatMap(([name, { environment = {}, mem_limit }]) =>
      Object.values(environment)
        .flatMap((value) => /(?:-Xmx|size=)(\d+(?:m|g|MiB)?)$|^(\d+(?:m|g|MiB))$/.exec(String(value))?.slice(1) ?? [])
        .filter((size) => size !== undefined)
        .map((size) => ({ name, share: mebibytes(/\d$/.test(size) ? `${size}m` : size) / mebibytes(mem_limit) })),
    )
    expect(heaps.length).toBeGreaterThanOrEqual(9)
    expect(heaps.filter(({ share }) => share > 0.81)).toEqual([])
  })
})
