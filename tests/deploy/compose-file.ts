import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { packageRoot } from '../../jobs/package-root.ts'

export const root = packageRoot()

/** A service of the file, as far as the tests look at it. */
export interface Service {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile?: string }
  readonly user?: string
  readonly hostname?: string
  readonly profiles?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly secrets?: readonly string[]
  readonly mem_limit: string
  readonly restart: string
  readonly networks?: { readonly default: { readonly aliases: readonly string[] } }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly required?: boolean }>>
  readonly healthcheck?: { readonly test: readonly string[] }
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, { readonly environment: string }>>
}

export const composeText = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
export const compose = parse(composeText, { merge: true }) as ComposeFile
export const services: readonly (readonly [name: string, service: Service])[] = Object.entries(compose.services)

/** Variables of .env.example with their values, '' where whoever starts it must give one. */
export const exampleVariables: ReadonlyMap<string, string> = new Map(
  readFileSync(join(root, '.env.example'), 'utf8')
    .split(/\r?\n/)
    .flatMap((line) =>
      [...line.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/g)].map(([, name, value]) => [name, value] as const),
    ),
)

/** Services that run when these profiles are on. */
export function servicesOf(...profiles: readonly string[]): readonly (readonly [name: string, service: Service])[] {
  return services.filter(([, { profiles: of }]) => of === undefined || of.some((profile) => profiles.includes(profile)))
}

/**
 * Every `host:port` of a text that looks like an address within the network of the containers: a host without a dot, a port from 1000 on. Image tags,
 * `localhost` and what is published are none.
 */
export function addressesIn(text: string): string[] {
  const found = text.matchAll(/(?<![\w.$/}-])(?:[a-z]+:\/\/|[A-Z]+:\/\/|\d@)?([a-z][a-z-]*):(\d{4,5})(?![\w.])/g)
  return [...found].map(([, host, port]) => `${host}:${port}`).filter((address) => !address.startsWith('localhost:'))
}

/** The addresses at which services listen: ports that they publish, and those that their own settings name as theirs. */
export function listening(): ReadonlySet<string> {
  const addresses = services.flatMap(([name, { ports = [], environment = {}, networks }]) => {
    const published = ports.map((port) => port.slice(port.lastIndexOf(':') + 1))
    const own = Object.entries(environment)
      .filter(([key]) => /(^|_)LISTENERS$|rpc-address$/.test(key))
      .flatMap(([, value]) => [...String(value).matchAll(/:(\d+)/g)].map(([, port]) => port))
    const names = [name, ...(networks?.default.aliases ?? [])]
    return names.flatMap((host) => [...published, ...own].map((port) => `${host}:${port}`))
  })
  return new Set(addresses)
}

/** MiB of a size as Compose, Java and Go write it: 512m, 1g, 300MiB. */
export function mebibytes(size: string): number {
  const match = /^(\d+)(m|g|MiB)$/.exec(size)
  if (match === null) throw new Error(`${size} is no size in MiB or GiB; write it as 512m, 1g or 300MiB`)
  return Number(match[1]) * (match[2] === 'g' ? 1024 : 1)
}
