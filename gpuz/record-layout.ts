/** Where a number stands in a record, in bytes from its start. */
export interface FieldLayout {
  /** First byte behind the separator in front of the field. */
  readonly start: number
  /** First byte behind the number: numbers are aligned to the right. */
  readonly end: number
  /** Digits behind the point; null where only `-` was seen yet. */
  readonly decimals: number | null
}

/**
 * The fixed layout of a session: untouched, GPU-Z pads every value to the width of its header, so that the commas of all records line up and a
 * record has one length (FORMAT.md, "Helpful property"; true of 43 of 50 logs).
 */
export interface RecordLayout {
  /** With the line end. */
  readonly length: number
  /** Whether stamps end in `.mmm`. */
  readonly milliseconds: boolean
  readonly fields: readonly FieldLayout[]
  /** A record of this layout: what stands outside the numbers is the same in all of them. */
  readonly sample: Uint8Array
}

const stampShape = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{3})? *$/u
const fieldShape = /^( *)(-|\d+(?:\.(\d{1,4}))?) *$/u
/** The kernel reads a number from the 8 bytes in front of its end. */
const MAX_NUMBER = 8

/** The layout that a record shows, its line end included, or null if it is none that GPU-Z writes. */
export function layoutOf(record: Uint8Array, columns: number): RecordLayout | null {
  const text = Buffer.from(record).toString('latin1')
  const body = /^(.*),\r?\n$/u.exec(text)?.[1]
  const [date = '', ...values] = body?.split(',') ?? []
  const stamp = stampShape.exec(date)
  if (stamp === null || values.length !== columns) return null
  const fields: FieldLayout[] = []
  let start = date.length + 1
  for (const value of values) {
    const match = fieldShape.exec(value)
    if (match === null) return null
    const [, before, number, fraction = ''] = match
    if (number.length > MAX_NUMBER || (fraction.length === 4 && number.length > 6)) return null
    fields.push({
      start,
      end: start + before.length + number.length,
      decimals: number === '-' ? null : fraction.length,
    })
    start += value.length + 1
  }
  // A copy in any case: slice() of a Buffer is none.
  return { length: record.length, milliseconds: stamp[1] !== undefined, fields, sample: Uint8Array.from(record) }
}

/** What two records of one session tell together: a field that was `-` in one may be a number in the other. Null if their layouts differ. */
export function mergeLayouts(known: RecordLayout, seen: RecordLayout): RecordLayout | null {
  if (known.length !== seen.length || known.milliseconds !== seen.milliseconds) return null
  const fields: FieldLayout[] = []
  for (const [i, field] of known.fields.entries()) {
    const other = seen.fields[i]
    if (field.start !== other.start || field.end !== other.end) return null
    fields.push({ ...field, decimals: field.decimals ?? other.decimals })
  }
  return { ...known, fields }
}
