/** The encodings of ENCODE, TO_BYTES and FROM_BYTES. https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/scalar-functions/#encode */
export interface Encoding {
  /** Throws Error when the text is not written in this encoding. */
  decode(text: string): Uint8Array
  encode(bytes: Uint8Array): string
}

const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const utf8Encoder = new TextEncoder()

/** A character that the encoding lacks becomes '?', as in Java's String.getBytes. */
export const utf8: Encoding = {
  decode: (text) => utf8Encoder.encode(text.replace(/\p{Surrogate}/gu, '?')),
  encode: (bytes) => utf8Decoder.decode(bytes),
}

const ascii: Encoding = {
  decode: (text) => Uint8Array.from(text, (char) => (char < '\x80' ? char.charCodeAt(0) : 0x3f)),
  encode: (bytes) => Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : '\ufffd')).join(''),
}

const base64: Encoding = {
  decode(text) {
    if (!/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/.test(text))
      throw new Error(`Not base64: '${text}'.`)
    return new Uint8Array(Buffer.from(text, 'base64'))
  },
  encode: (bytes) => Buffer.from(bytes).toString('base64'),
}

/** Plain digits, 0x… (an odd digit is the low half of a byte) or X'…'. */
const hex: Encoding = {
  decode(text) {
    const quoted = /^[xX]'(.*)'$/.exec(text)?.[1]
    const prefixed = /^0x(.*)$/.exec(text)?.[1]
    const digits = quoted ?? (prefixed && prefixed.length % 2 === 1 ? `0${prefixed}` : prefixed) ?? text
    if (!/^(?:[\da-fA-F]{2})*$/.test(digits)) throw new Error(`Not hexadecimal: '${text}'.`)
    return new Uint8Array(Buffer.from(digits, 'hex'))
  },
  encode: (bytes) => Buffer.from(bytes).toString('hex'),
}

const ENCODINGS: Readonly<Record<string, Encoding>> = { hex, utf8, ascii, base64 }

/** The encoding of a name, in any case. Throws Error for an unknown one. */
export function encodingOf(name: string): Encoding {
  const key = name.toLowerCase()
  if (!Object.hasOwn(ENCODINGS, key)) {
    throw new Error(`Unknown encoding '${name}': supported are hex, utf8, ascii and base64.`)
  }
  return ENCODINGS[key]
}
