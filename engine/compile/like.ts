/**
 * SQL LIKE: % any characters, _ one character, an escape character of the caller's choice before either.
 * The pattern of the last call is kept compiled, since it is nearly always a literal.
 */
export function likeMatcher(escapeCharacter: string | null): (text: string, pattern: string) => boolean {
  let last: string | null = null
  let regex = /^$/s
  return (text, pattern) => {
    if (pattern !== last) {
      regex = likeToRegex(pattern, escapeCharacter)
      last = pattern
    }
    return regex.test(text)
  }
}

function likeToRegex(pattern: string, escapeCharacter: string | null): RegExp {
  let source = ''
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? ''
    const next = pattern[i + 1]
    if (
      escapeCharacter !== null &&
      c === escapeCharacter &&
      (next === '%' || next === '_' || next === escapeCharacter)
    ) {
      source += quote(next)
      i++
    } else if (c === '%') source += '.*'
    else if (c === '_') source += '.'
    else source += quote(c)
  }
  return new RegExp(`^${source}$`, 's')
}

function quote(c: string): string {
  return c.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
