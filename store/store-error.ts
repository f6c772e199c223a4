/** Why a store cannot be used, and what to do. */
export class StoreError extends Error {
  readonly fix: string

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(`${message}. ${fix}`, options)
    this.name = 'StoreError'
    this.fix = fix
  }
}

/** What DuckDB said, as a person needs it. */
export function storeError(path: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error
  const words = error instanceof Error ? error.message : String(error)
  const problem = (cause: string, fix: string): StoreError =>
    new StoreError(`${path}: ${cause} (${words})`, fix, { cause: error })
  // the name of a folder must not be taken for what went wrong
  const said = words.replaceAll(path, '')
  if (/set lock|being used by another process|conflicting lock/i.test(said))
    return problem('another process has the store open', 'End it, or name another store with --store')
  if (/no space left|ENOSPC|disk.*full/i.test(said))
    return problem(
      'the disk is full',
      'Everything committed is safe. Make room, then run the same command again: it goes on where it stopped',
    )
  if (/permission denied|read-only|EACCES|EROFS/i.test(said))
    return problem(
      'the store cannot be written',
      'Give write permission to the file and its folder, or name another store with --store',
    )
  if (/is a directory/i.test(said)) return problem('it is a folder', 'Give the path of a file with --store')
  if (/no such file|no such directory|not a directory|cannot find the path/i.test(said))
    return problem('the folder of the store is not there', 'Make the folder, or name another store with --store')
  if (/not a valid duckdb|corrupt|checksum|serializ|deserializ|failed to load|version number/i.test(said))
    return problem(
      'the file is damaged, or is no store',
      'Move it away: the logs are still there, and running them again makes a new store',
    )
  return problem('the store failed', 'Everything committed is safe; run the same command again')
}
