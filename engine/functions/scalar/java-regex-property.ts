const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E',
  Graph: '\\x21-\\x7E',
  Print: '\\x20-\\x7E',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\x0B\\f\\r',
}

const BINARY: Readonly<Record<string, string>> = {
  IsAlphabetic: 'Alphabetic',
  IsLowercase: 'Lowercase',
  IsUppercase: 'Uppercase',
  IsWhite_Space: 'White_Space',
  IsIdeographic: 'Ideographic',
  IsLetter: 'L',
  IsDigit: 'Nd',
  IsPunctuation: 'P',
  javaLowerCase: 'Lowercase',
  javaUpperCase: 'Uppercase',
}

/**
 * The JavaScript class of Java's `\p{name}`, or its complement; undefined where there is none (blocks, most java* methods).
 * Categories (`Lu`), POSIX names (`Alpha`, ASCII only), binary properties (`IsAlphabetic`) and scripts (`IsLatin`, `script=Latin`).
 */
export function propertyClass(name: string, negated: boolean): string | undefined {
  const posix = POSIX[name]
  if (posix !== undefined) return `[${negated ? '^' : ''}${posix}]`
  const category = /^(?:Is)?([CLMNPSZ][a-z]?)$/.exec(name)?.[1]
  const script = /^(?:Is|script=|sc=)([A-Z][a-z]{2,}\w*)$/.exec(name)?.[1]
  const property = category ?? BINARY[name] ?? (script && `Script=${script}`)
  return property && `\\${negated ? 'P' : 'p'}{${property}}`
}
