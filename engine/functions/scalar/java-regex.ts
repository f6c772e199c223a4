import { propertyClass } from './java-regex-property.ts'

/**
 * Java regular expressions in JavaScript. The pattern is rewritten into JavaScript's `v` dialect with everything spelled out that means something
 * else there: `\s`, `.`, `$`, `\A`, `\Z`, `\z`, `\h`, `\v`, `\R`, `\Q…\E`, `\x{…}`, POSIX classes, class intersections, leading flags `(?ism)`.
 * What JavaScript cannot do (possessive quantifiers, atomic groups, `\G`, flags inside a pattern) is refused: throws Error naming it.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/regex/Pattern.html
 */
export function javaRegex(pattern: string, flags = ''): RegExp {
  const translator = new Translator(pattern)
  const source = translator.translate()
  try {
    return new RegExp(source, `v${translator.flags}${flags}`)
  } catch (cause) {
    throw new Error(`Not a regular expression: '${pattern}'.`, { cause })
  }
}

const TERMINATOR = '\\n\\r\\u0085\\u2028\\u2029'
const BLANK = ' \\t\\n\\x0B\\f\\r'
const HORIZONTAL = ' \\t\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000'
const VERTICAL = '\\n\\x0B\\f\\r\\x85\\u2028\\u2029'

/** Escapes that mean the same set of characters inside and outside of a class. */
const CHARACTER_ESCAPES: Readonly<Record<string, string>> = {
  s: `[${BLANK}]`,
  S: `[^${BLANK}]`,
  h: `[${HORIZONTAL}]`,
  H: `[^${HORIZONTAL}]`,
  v: `[${VERTICAL}]`,
  V: `[^${VERTICAL}]`,
  d: '\\d',
  D: '\\D',
  w: '\\w',
  W: '\\W',
  a: '\\x07',
  e: '\\x1B',
  t: '\\t',
  n: '\\n',
  r: '\\r',
  f: '\\f',
}

const POSITION_ESCAPES: Readonly<Record<string, string>> = {
  b: '\\b',
  B: '\\B',
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: `(?=(?:\\r\\n|[${TERMINATOR}])?(?![\\s\\S]))`,
  R: `(?:\\r\\n|[${VERTICAL}])`,
}

/** A character that stands for itself, in or out of a class. */
function literal(char: string): string {
  return /[!-/:-@[-^`{-~]/.test(char) ? `\\x${char.charCodeAt(0).toString(16)}` : char
}

class Translator {
  flags = ''
  readonly #pattern: string
  #at = 0
  #groups = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  translate(): string {
    this.#leadingFlags()
    let source = ''
    while (this.#at < this.#pattern.length) source += this.#item()
    return source
  }

  #leadingFlags(): void {
    const match = /^\(\?([a-zA-Z]+)\)/.exec(this.#pattern)
    if (match === null) return
    const [all, flags] = match
    // u asks for Unicode case folding, which the v dialect does anyway
    const unknown = /[^ismu]/.exec(flags)?.[0]
    if (unknown !== undefined) throw this.#refusal(`the flag '${unknown}'`)
    this.flags = [...new Set(flags.replaceAll('u', ''))].join('')
    this.#at = all.length
  }

  #item(): string {
    const char = this.#take()
    switch (char) {
      case '\\':
        return this.#escape(false)
      case '[':
        return this.#class()
      case '.':
        return this.flags.includes('s') ? '.' : `[^${TERMINATOR}]`
      case '$':
        return this.flags.includes('m') ? '$' : POSITION_ESCAPES['Z']
      case '(':
        return this.#groupOpening()
      case '*':
      case '+':
      case '?':
        return this.#quantifier(char)
      case '{':
        return this.#quantifier(`{${this.#until('}')}}`)
      case ')':
      case '|':
      case '^':
        return char
      default:
        return literal(char)
    }
  }

  #quantifier(quantifier: string): string {
    if (this.#skip('+')) throw this.#refusal(`the possessive quantifier '${quantifier}+'`)
    return this.#skip('?') ? `${quantifier}?` : quantifier
  }

  #groupOpening(): string {
    if (this.#pattern[this.#at] !== '?') {
      this.#groups++
      return '('
    }
    const opening = this.#match(/\?(?:[:=!]|<[=!]|<[a-zA-Z][a-zA-Z0-9]*>)/y)
    if (opening === undefined) {
      throw this.#refusal(this.#skip('?>') ? 'an atomic group (?>…)' : 'flags inside the pattern')
    }
    if (opening.endsWith('>')) this.#groups++
    return `(${opening}`
  }

  #class(): string {
    const negation = this.#skip('^') ? '^' : ''
    const operands = ['']
    for (let first = true; ; first = false) {
      let member: string
      if (this.#skip('&&')) {
        operands.push('')
        continue
      }
      const char = this.#take()
      if (char === ']' && !first) break
      if (char === '[') member = this.#class()
      else {
        member = char === '\\' ? this.#escape(true) : literal(char)
        if (isSingle(member) && this.#match(/-(?![\][])/y)) {
          const end = this.#take()
          member += `-${end === '\\' ? this.#escape(true) : literal(end)}`
        }
      }
      operands[operands.length - 1] += member
    }
    const used = operands.filter((operand) => operand !== '')
    return `[${negation}${used.length === 1 ? used[0] : used.map((operand) => `[${operand}]`).join('&&')}]`
  }

  #escape(inClass: boolean): string {
    const char = this.#take()
    const fixed = CHARACTER_ESCAPES[char] ?? (inClass ? undefined : POSITION_ESCAPES[char])
    if (fixed !== undefined) return fixed
    switch (char) {
      case 'Q':
        return Array.from(this.#until('\\E'), literal).join('')
      case 'p':
      case 'P': {
        const name = this.#skip('{') ? this.#until('}') : this.#take()
        const set = propertyClass(name, char === 'P')
        if (set === undefined) throw this.#refusal(`the character class \\${char}{${name}}`)
        return set
      }
      case 'x':
        return this.#codePoint(this.#skip('{') ? this.#until('}') : this.#match(/[\da-fA-F]{2}/y), 16)
      case 'u':
        return this.#codePoint(this.#match(/[\da-fA-F]{4}/y), 16)
      case '0':
        return this.#codePoint(this.#match(/[0-3]?[0-7]{1,2}/y), 8)
      case 'c':
        return this.#codePoint(String(this.#take().charCodeAt(0) ^ 64), 10)
      case 'k':
        if (!inClass) return `\\k${this.#match(/<\w+>/y) ?? ''}`
        break
      default:
        if (/[1-9]/.test(char) && !inClass) return this.#backReference(char)
    }
    if (/[a-zA-Z0-9]/.test(char)) throw this.#refusal(`the escape \\${char}`)
    return literal(char)
  }

  /** More digits belong to the reference only as long as there are so many groups. */
  #backReference(digit: string): string {
    let number = digit
    for (;;) {
      const next = this.#pattern[this.#at] ?? ''
      if (!/\d/.test(next) || Number(number + next) > this.#groups) return `(?:\\${number})`
      number += this.#take()
    }
  }

  #codePoint(digits: string | undefined, radix: number): string {
    const code = Number.parseInt(digits ?? '', radix)
    if (!(code <= 0x10ffff)) throw this.#refusal('a malformed character escape')
    return `\\u{${code.toString(16)}}`
  }

  #take(): string {
    const char = this.#pattern[this.#at++]
    if (char === undefined) throw this.#refusal('an unfinished class, escape or quantifier')
    return char
  }

  #skip(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at
    const text = sticky.exec(this.#pattern)?.[0]
    this.#at += text?.length ?? 0
    return text
  }

  /** The text up to a terminator, which is skipped; \Q may lack its \E. */
  #until(terminator: string): string {
    const end = this.#pattern.indexOf(terminator, this.#at)
    if (end < 0 && terminator !== '\\E') throw this.#refusal(`an opening without '${terminator}'`)
    const text = this.#pattern.slice(this.#at, end < 0 ? undefined : end)
    this.#at += text.length + terminator.length
    return text
  }

  #refusal(what: string): Error {
    return new Error(`The regular expression '${this.#pattern}' uses ${what}, which is not supported.`)
  }
}

/** Can this member of a class begin a range? */
function isSingle(member: string): boolean {
  return !/^(?:\[|\\[dDwWpP])/.test(member)
}
