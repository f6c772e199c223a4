import { parse } from 'lossless-json'

/** @throws Error with the place in the file for what is no JSON, keys that come twice included */
export function parseJsonFile(file: string, text: string): unknown {
  const content = text.replace(/^\uFEFF/, '')
  try {
    return parse(content, undefined, Number)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const lines = content.slice(0, Number(/ at position (\d+)$/.exec(said)?.[1] ?? 0)).split('\n')
    const place = `${file}:${lines.length}:${lines[lines.length - 1].length + 1}`
    throw new Error(`${place}: no JSON: ${said.replace(/ at position \d+$/, '')}`)
  }
}
