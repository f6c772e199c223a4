import { catalogue } from './catalogue.ts'

/** A column of a header, matched to the catalogue. */
export interface LogColumn {
  /** Text of the header, trimmed, as decoded. */
  readonly header: string
  /** Canonical field, or the header itself where the catalogue does not know it; unique within the log (a second one ends in `_2`). */
  readonly name: string
  /** Whether `name` is a field of the catalogue. Other columns go to `other`. */
  readonly known: boolean
  readonly unit: string
}

/**
 * The key by which two spellings of a header are the same: letter case and blanks do not count (pandas removes them), and a temperature's
 * unit is whatever a wrong code page made of the degree sign: `[°C]`, `[C]`, `[?C]`, `[\uFFFDC]`, `[캜]`, `[癈]` (FORMAT.md, hazards 1 and 2).
 */
export function headerKey(header: string): string {
  const compact = header
    .normalize('NFC')
    .replace(/[\s"\uFEFF]+/gu, '')
    .toLowerCase()
  return compact.replace(/\[([^[\]]*)\]$/u, (bracket, unit: string) =>
    unit === 'c' || unit === '?c' || /[^\x20-\x7e]/u.test(unit) ? '[°c]' : bracket,
  )
}

const fieldByKey: ReadonlyMap<string, string> = new Map(
  catalogue.flatMap(({ field, headers }) => headers.map((header) => [headerKey(header), field] as const)),
)
const knownFields: ReadonlySet<string> = new Set(catalogue.map(({ field }) => field))

/** Matches the names of a header, without the date's, to the catalogue. No two columns get one name, so no value is lost to another. */
export function matchColumns(headers: readonly string[]): LogColumn[] {
  const taken = new Set<string>()
  return headers.map((text) => {
    const header = text.replace(/[\uFEFF"]/gu, '').trim()
    const base = fieldByKey.get(headerKey(header)) ?? header
    let name = base
    for (let n = 2; taken.has(name); n++) name = `${base}_${n}`
    taken.add(name)
    return { header, name, known: knownFields.has(name), unit: /\[([^[\]]*)\]\s*$/u.exec(header)?.[1]?.trim() ?? '' }
  })
}
