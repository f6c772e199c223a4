import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction } from '../definition.ts'
import { utf8 } from './encoding.ts'
import { typed } from './typed.ts'
import { decodePercent, parseUri, type Uri } from './uri.ts'

const URL_CATEGORY = 'URL'

function ofUrl(name: string, returns: string, description: string, apply: (url: string) => SqlValue): ScalarFunction {
  return {
    name,
    description,
    category: URL_CATEGORY,
    variants: [{ parameters: ['VARCHAR'], returns, nulls: 'propagate', bind: () => typed(apply) }],
  }
}

function part(name: string, returns: string, description: string, take: (uri: Uri) => SqlValue): ScalarFunction {
  return ofUrl(`URL_EXTRACT_${name}`, returns, `${description}; NULL when absent or the URL is not valid.`, (url) => {
    const uri = parseUri(url)
    return uri && take(uri)
  })
}

/** The application/x-www-form-urlencoded form, as java.net.URLEncoder writes it. */
function encodeParameter(text: string): string {
  return text.replace(/[^\w.*-]+/g, (run) =>
    Array.from(utf8.decode(run), (byte) => {
      return byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    }).join(''),
  )
}

function decodeParameter(text: string): string {
  if (/%(?![\da-fA-F]{2})/.test(text)) throw new Error(`Malformed escape in '${text}'.`)
  return decodePercent(text.replaceAll('+', ' '))
}

/** The first value of that name; a name without `=` has none. */
function parameterOf(url: string, name: string): string | null {
  for (const parameter of parseUri(url)?.rawQuery?.split('&') ?? []) {
    const equals = parameter.indexOf('=')
    if (equals >= 0 && decodePercent(parameter.slice(0, equals)) === name)
      return decodePercent(parameter.slice(equals + 1))
  }
  return null
}

export const urlFunctions: readonly ScalarFunction[] = [
  ofUrl('URL_ENCODE_PARAM', 'VARCHAR', 'The text escaped for the query of a URL.', encodeParameter),
  ofUrl('URL_DECODE_PARAM', 'VARCHAR', 'The text of a parameter in the query of a URL, unescaped.', decodeParameter),
  part('FRAGMENT', 'VARCHAR', 'The part of a URL after #, unescaped', (uri) => uri.fragment),
  part('HOST', 'VARCHAR', 'The host of a URL', (uri) => uri.host),
  part('PATH', 'VARCHAR', 'The path of a URL, unescaped', (uri) => uri.path),
  part('PORT', 'INT', 'The port written in a URL', (uri) => uri.port),
  part('PROTOCOL', 'VARCHAR', 'The scheme of a URL', (uri) => uri.scheme),
  part('QUERY', 'VARCHAR', 'The query of a URL, unescaped', (uri) => uri.rawQuery && decodePercent(uri.rawQuery)),
  {
    name: 'URL_EXTRACT_PARAMETER',
    description: 'The value of a parameter in the query of a URL, unescaped; NULL when absent or the URL is not valid.',
    category: URL_CATEGORY,
    variants: [
      { parameters: ['VARCHAR', 'VARCHAR'], returns: 'VARCHAR', nulls: 'propagate', bind: () => typed(parameterOf) },
    ],
  },
]
