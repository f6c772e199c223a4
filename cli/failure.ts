/** What each refusal of the operating system means, and what to do. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder; check the path',
  EACCES: 'access is denied; check who may read and write it',
  EPERM: 'the operation is not permitted; check who may read and write it',
  EISDIR: 'it is a folder; give the path of a file',
  ENOTDIR: 'a part of the path is no folder; check the path',
  EBUSY: 'another program holds it; close that program or try again',
  ENOSPC: 'the disk is full; free some space',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
}

/** An error in words for the person at the terminal: no stack trace, unless DEBUG is set. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`
  const { code, path } = error as NodeJS.ErrnoException
  const known = code === undefined ? undefined : SYSTEM_ERRORS[code]
  const lines = [known === undefined ? `error: ${error.message}` : `error: ${path ?? error.message}: ${known}`]
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) lines.push(`  because: ${cause.message}`)
  if (process.env['DEBUG']) lines.push(error.stack ?? '')
  return lines.join('\n')
}
