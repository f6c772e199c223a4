import { existsSync, readFileSync } from 'node:fs'
import { parseCsv } from '../../engine/formats/csv.ts'
import { type JsonNode, LosslessNumber } from '../../engine/formats/json-parse.ts'
import type { ExpandedCase, TestCase } from './case.ts'
import type { CaseFile } from './load.ts'

/** How many expansions of a case fall in tier 1, 2 and 3, by `<file>.json` and case name. */
export type Tiers = ReadonlyMap<string, readonly [number, number, number]>

const TIER_3_FORMATS = new Set(['PROTOBUF', 'PROTOBUF_NOSR', 'JSON_SR'])

/** Reads qtt-cases.csv; an absent file gives no tiers. */
export function loadTiers(path: string): Tiers {
  const tiers = new Map<string, readonly [number, number, number]>()
  if (!existsSync(path)) return tiers
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/).slice(1)) {
    const [file = '', name = '', , , , counts = ''] = parseCsv(line, ',')
    const [one = 0, two = 0, three = 0] = counts.split('/').map(Number)
    if (file !== '') tiers.set(tierKey(file, name), [one, two, three])
  }
  return tiers
}

function tierKey(file: string, name: string): string {
  return `${file}\n${name}`
}

/** Every run of a file's cases: formats × config values; `enabled: false` is left out. */
export function expand(file: CaseFile, tiers: Tiers): ExpandedCase[] {
  return file.tests
    .filter((test) => test.enabled !== false)
    .flatMap((test) => {
      const counts = tiers.get(tierKey(`${file.name}.json`, test.name))
      return formatsOf(test).flatMap((format) =>
        configsOf(test).map((config) => expandOne(file.name, test, format, config, tierOf(counts, format))),
      )
    })
}

function formatsOf(test: TestCase): readonly (string | null)[] {
  return test.format === undefined || test.format.length === 0 ? [null] : test.format
}

function configsOf(test: TestCase): readonly (JsonNode | undefined)[] {
  return test.config === undefined || test.config.length === 0 ? [undefined] : test.config
}

/** Of one case only the formats PROTOBUF and JSON_SR fall in another tier than the rest. */
function tierOf(counts: readonly [number, number, number] | undefined, format: string | null): number | null {
  if (counts === undefined) return null
  const [one, two, three] = counts
  if (three > 0 && (one + two === 0 || TIER_3_FORMATS.has(format?.toUpperCase() ?? ''))) return 3
  return one > 0 ? 1 : 2
}

function expandOne(
  file: string,
  test: TestCase,
  format: string | null,
  config: JsonNode | undefined,
  tier: number | null,
): ExpandedCase {
  let fullName = `${file} - ${test.name}`
  if (format !== null) fullName += ` - ${format}`
  const properties: { [name: string]: JsonNode } = {}
  for (const [name, value] of Object.entries(test.properties ?? {})) {
    const chosen = value === '{CONFIG}' && config !== undefined ? config : value
    if (chosen !== value) fullName += ` - ${name}=${plain(chosen)}`
    properties[name] = chosen
  }
  const statements = test.statements.map((text) => (format === null ? text : text.replaceAll('{FORMAT}', format)))
  return { ...test, statements, properties, fullName, file, tier }
}

/** A scalar as text: numbers as written. */
export function plain(node: JsonNode | undefined): string {
  return node instanceof LosslessNumber ? node.value : String(node)
}
