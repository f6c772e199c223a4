/** Input that holds neither a header nor a row of a GPU-Z sensor log. */
export class NotALogError extends Error {
  override readonly name = 'NotALogError'

  /**
   * @param source what was read, for people
   * @param head first bytes of it
   */
  constructor(source: string, head: Uint8Array) {
    super(
      `${source} is no GPU-Z sensor log: ${whyNot(head)}. A log is a text file whose first line names its columns, such as\n` +
        '        Date        , GPU Clock [MHz] , GPU Temperature [°C] , GPU Load [%] ,\n' +
        'followed by a line per reading, such as\n' +
        '2024-04-20 13:02:09 ,        2490.0   ,               56.6   ,         99   ,\n' +
        'GPU-Z writes it when "Log to file" on its Sensors tab is ticked.',
    )
  }
}

const formats: readonly (readonly [string, string])[] = [
  ['PK\x03\x04', 'it is a ZIP archive that was not unpacked'],
  ['\x1f\x8b', 'it is a gzip archive'],
  ['7z\xbc\xaf', 'it is a 7-Zip archive'],
  ['Rar!', 'it is a RAR archive'],
  ['\x89PNG', 'it is a PNG picture'],
  ['\xff\xd8\xff', 'it is a JPEG picture'],
  ['%PDF', 'it is a PDF document'],
  ['MZ', 'it is a Windows program'],
  ['PAR1', 'it is a Parquet file'],
]

function whyNot(head: Uint8Array): string {
  if (head.length === 0) return 'it is empty'
  const text = Buffer.from(head).toString('latin1')
  const known = formats.find(([magic]) => text.startsWith(magic))
  if (known !== undefined) return known[1]
  if (text.replaceAll('\0', '') === '') return 'it begins with nothing but NUL bytes'
  return `it begins with "${printable(text.slice(0, 60))}", which is neither a header nor a date`
}

/** One line of text that is safe on a terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a terminal
  return text.replace(/[\x00-\x1f\x7f-\x9f]/gu, '.')
}
