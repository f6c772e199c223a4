import type { Limits, SqlLine } from '../api.ts'

/** The server refused or failed; its message and fix are for the person. */
export class AskError extends Error {
  override readonly name = 'AskError'
}

/** GET of an endpoint of web/api.ts; `undefined` parameters are left out. @throws AskError; DOMException when aborted */
export async function ask<Answer>(
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>> = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value))
  const response = await request(`/api/${path}?${query}`, { signal })
  return response.json()
}

/** @throws AskError */
export async function putLimit(device: string, name: string, value: number | null): Promise<Limits> {
  const response = await request('/api/limits', { method: 'PUT', body: JSON.stringify({ device, name, value }) })
  return response.json()
}

/** Hands a log in. @throws AskError */
export async function postLog(file: File, timezone: string): Promise<{ devices: string[]; notices: string[] }> {
  const query = new URLSearchParams({ name: file.name, timezone })
  const response = await request(`/api/logs?${query}`, { method: 'POST', body: file })
  return response.json()
}

/** Lines of a statement's result as they come. @throws AskError; DOMException when aborted */
export async function* runSql(sql: string, signal: AbortSignal): AsyncGenerator<SqlLine> {
  const response = await request('/api/sql', { method: 'POST', body: JSON.stringify({ sql }), signal })
  if (response.body === null) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const lines = (rest + next.value).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line)
  }
}

/** What went wrong, for a person to read. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function request(url: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new AskError('gpumon does not answer. Is it still running?')
  }
  if (response.ok) return response
  const text = await response.text()
  throw new AskError(complaint(text) ?? `gpumon answered ${response.status} ${response.statusText}`)
}

function complaint(text: string): string | null {
  try {
    const { error, fix }: { error?: string; fix?: string } = JSON.parse(text)
    return error === undefined ? null : [error, fix].filter(Boolean).join('. ')
  } catch {
    return null
  }
}
