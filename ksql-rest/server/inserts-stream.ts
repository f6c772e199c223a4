import { isLosslessNumber, parse } from 'lossless-json'
import { KsqlError, type Settings, type Source } from '../../engine/index.ts'
import { linesOf } from '../lines.ts'
import { DELIMITED, ERROR_CODE, JSON_TYPE } from '../protocol.ts'
import { insertExpression } from './insert-expression.ts'
import { parseBody, textField, textsField } from './request-body.ts'
import { asRestError, RestError } from './rest-error.ts'
import type { InsertValues, KsqlService } from './service.ts'

/** How acknowledgements are written. */
export interface AckFormat {
  readonly contentType: string
  ack(json: string, seq: number): string
  /** @param count of acknowledgements */
  end(count: number): string
}

/** A line of JSON each. */
export const delimitedAcks: AckFormat = { contentType: DELIMITED, ack: (json) => `${json}\n`, end: () => '' }

/** One JSON array. */
export const jsonAcks: AckFormat = {
  contentType: JSON_TYPE,
  ack: (json, seq) => (seq === 0 ? `[${json}` : `,\n${json}`),
  end: (count) => (count === 0 ? '[]' : ']'),
}

/**
 * Inserts a line of JSON after the other into the target that the first line names, and acknowledges each; the first one that is refused ends it.
 * Throws RestError for a first line that is none.
 */
export async function answerInserts(
  service: KsqlService,
  body: ReadableStream<Uint8Array>,
  format: AckFormat,
  onFault: (error: unknown) => void,
): Promise<Response> {
  const lines = linesOf(body)
  const first = await lines.next()
  const header = parseBody(first.done ? '' : first.value)
  const { engine } = await service.current()
  const target = engine.sources().find(({ name }) => name === identifierOf(textField(header, 'target')))
  if (target === undefined) {
    const message = `Cannot insert values into an unknown stream/table: ${textField(header, 'target')}`
    throw new RestError(ERROR_CODE.badRequest, message)
  }
  const settings: Settings = { properties: textsField(header, 'properties'), variables: new Map() }
  const source = engine.source(target.name)
  let seq = 0
  const acknowledgements = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const line = await lines.next()
        const refusal = line.done ? null : await insertLine(service, source, settings, line.value, onFault)
        if (!line.done) {
          controller.enqueue(Buffer.from(format.ack(JSON.stringify(acknowledgement(seq, refusal)), seq)))
          seq++
        }
        if (line.done || refusal !== null) {
          controller.enqueue(Buffer.from(format.end(seq)))
          controller.close()
          await lines.return()
        }
      } catch (error) {
        onFault(error)
        controller.error(error)
      }
    },
    cancel: async () => {
      await lines.return()
    },
  })
  return new Response(acknowledgements, { headers: { 'content-type': format.contentType } })
}

interface Refusal {
  readonly message: string
  readonly error_code: number
}

function acknowledgement(seq: number, refusal: Refusal | null) {
  return refusal === null ? { status: 'ok', seq } : { '@type': 'InsertError', status: 'error', seq, ...refusal }
}

/** Why the row was refused; null: it is in. */
async function insertLine(
  service: KsqlService,
  source: Source,
  settings: Settings,
  line: string,
  onFault: (error: unknown) => void,
): Promise<Refusal | null> {
  try {
    const row = rowOf(line)
    const cells = Object.entries(row).map(([key, value]) => {
      const name = identifierOf(key)
      const type = source.columns.find((column) => column.name === name)?.type ?? { base: 'STRING' as const }
      return { name, value: insertExpression(value, type) }
    })
    const insert: InsertValues = {
      kind: 'insert-values',
      target: source.name,
      columns: cells.map(({ name }) => name),
      values: cells.map(({ value }) => value),
      text: `INSERT INTO ${source.name} …`,
      at: { line: 1, column: 1, offset: 0 },
    }
    await service.insert(insert, settings)
    return null
  } catch (error) {
    if (error instanceof KsqlError && error.kind === 'runtime') {
      // the row is in; a query that reads it was broken by it
      onFault(error)
      return null
    }
    if (error instanceof KsqlError) return { message: error.message, error_code: ERROR_CODE.badRequest }
    const { message, error_code } = asRestError(error, line, onFault).entity
    return { message, error_code }
  }
}

/** Throws RestError for a line that is no JSON object. */
function rowOf(line: string): object {
  const refuse = (reason: string): never => {
    throw new RestError(ERROR_CODE.badRequest, reason)
  }
  let row: unknown
  try {
    row = parse(line)
  } catch (error) {
    return refuse((error as Error).message)
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row) && !isLosslessNumber(row)) return row
  return refuse(`A row must be a JSON object, not ${line.slice(0, 40)}`)
}

/** A name as SQL reads it: upper case unless quoted. */
function identifierOf(name: string): string {
  const quoted = /^([`"])(.*)\1$/.exec(name)
  return quoted === null ? name.toUpperCase() : quoted[2].replaceAll(quoted[1] + quoted[1], quoted[1])
}
