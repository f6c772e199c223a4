import type { Format, FormatColumn, FormatOptions, Serde } from './format.ts'
import { checkOptions, describeColumns, unsupportedSchema } from './refusal.ts'

/** No columns, nothing read, nothing written. https://docs.ksqldb.io/en/latest/reference/serialization/#none */
export const NONE: Format = {
  name: 'NONE',
  inference: false,
  wrapping: 'none',
  create(columns: readonly FormatColumn[], options: FormatOptions): Serde {
    checkOptions('NONE', options)
    if (columns.length > 0) {
      const got = describeColumns(columns, options.isKey)
      throw unsupportedSchema(
        'NONE',
        columns,
        options,
        `The 'NONE' format can only be used when no columns are defined. Got: ${got}`,
      )
    }
    return { deserialize: () => [], serialize: () => null }
  },
  schemaFor: () => null,
  columnsOf: () => [],
}
