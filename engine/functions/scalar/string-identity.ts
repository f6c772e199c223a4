import { createHash, randomUUID } from 'node:crypto'
import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction } from '../definition.ts'
import { utf8 } from './encoding.ts'
import { STRING_CATEGORY } from './string-case.ts'
import { typed } from './typed.ts'

const md5: ScalarFunction = {
  name: 'MD5',
  description: 'The MD5 hash of a string in UTF-8, in hexadecimal.',
  category: STRING_CATEGORY,
  variants: [
    {
      parameters: ['VARCHAR'],
      returns: 'VARCHAR',
      nulls: 'propagate',
      bind: () => typed((text: string) => createHash('md5').update(utf8.decode(text)).digest('hex')),
    },
  ],
}

function uuidOfBytes(bytes: Uint8Array): SqlValue {
  if (bytes.length !== 16) return null
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const uuid: ScalarFunction = {
  name: 'UUID',
  description: 'A random UUID (RFC 4122, version 4), or 16 bytes written as one (NULL for another number of bytes).',
  category: STRING_CATEGORY,
  variants: [
    { parameters: [], returns: 'VARCHAR', nulls: 'propagate', bind: () => () => randomUUID() },
    { parameters: ['BYTES'], returns: 'VARCHAR', nulls: 'propagate', bind: () => typed(uuidOfBytes) },
  ],
}

function charOfCode(code: number): SqlValue {
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null
}

function charOfEscape(escaped: string): SqlValue {
  if (!/^(?:\\u+[\da-fA-F]{4})+$/.test(escaped)) return null
  return escaped.replace(/\\u+(.{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const chr: ScalarFunction = {
  name: 'CHR',
  description:
    "The character of a Unicode code point, as a number or escaped as in '\\u004b'; NULL for no such character.",
  category: STRING_CATEGORY,
  variants: [
    { parameters: ['INT'], returns: 'VARCHAR', nulls: 'propagate', bind: () => typed(charOfCode) },
    { parameters: ['VARCHAR'], returns: 'VARCHAR', nulls: 'propagate', bind: () => typed(charOfEscape) },
  ],
}

export const identityFunctions: readonly ScalarFunction[] = [md5, uuid, chr]
