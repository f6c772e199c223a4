import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KsqlError } from '../../../engine/errors.ts'
import { parseScript, parseStatement, splitStatements } from '../../../engine/syntax/index.ts'
import { describeWithShared } from '../../shared.ts'

interface Case {
  readonly name: string
  readonly statements: readonly string[]
  readonly format?: readonly string[]
  readonly expectedException?: { readonly type?: string; readonly message?: string }
}

interface Exchange {
  readonly name: string
  readonly request: { readonly body?: { readonly ksql?: string; readonly sql?: string } | string | null }
  readonly response: { readonly status: number; readonly body?: unknown }
}

function readCases(file: string): readonly Case[] {
  const text = readFileSync(file, 'utf8')
  const json = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  return (JSON.parse(file.endsWith('attr.json') ? json : text) as { tests: readonly Case[] }).tests
}

function refusal(action: () => unknown): KsqlError | null {
  try {
    action()
    return null
  } catch (error) {
    if (error instanceof KsqlError) return error
    throw error
  }
}

describeWithShared('the statements of real ksqlDB', (shared) => {
  const qtt = join(shared, 'ksqldb', 'qtt')

  test.each(readdirSync(qtt).filter((file) => file.endsWith('.json')))(
    '%s parses, or fails as ksqlDB fails',
    (file) => {
      for (const { name, statements, format, expectedException: expected } of readCases(join(qtt, file))) {
        for (const written of format ?? ['']) {
          const sources = splitStatements(statements.join('\n').replaceAll('{FORMAT}', written))
          expect(sources, name).toHaveLength(statements.length)
          sources.forEach((source, i) => {
            const error = refusal(() => parseStatement(source))
            const isLast = i === sources.length - 1
            if (isLast && expected?.type?.endsWith('.ParseFailedException')) {
              expect(error, name).toMatchObject({ kind: 'syntax' })
              expect(error?.message).toContain(expected.message ?? '')
            } else if (error !== null) {
              // What the parser may refuse before the planner sees it, in the planner's words.
              expect({ name, kind: error.kind, isLast, message: error.message }).toMatchObject({
                kind: 'semantic',
                isLast: true,
              })
              expect(error.message).toContain(expected?.message ?? 'no refusal expected')
            }
          })
        }
      }
    },
  )

  const exchanges = JSON.parse(
    readFileSync(join(shared, 'ksqldb', 'rest', 'transcripts.json'), 'utf8'),
  ) as readonly Exchange[]

  test.each(exchanges.map((exchange) => [exchange.name, exchange] as const))(
    'server answer: %s',
    (_, { request, response }) => {
      const body = typeof request.body === 'object' ? request.body : null
      const script = body?.ksql ?? body?.sql
      if (script === undefined) return
      const error = refusal(() => parseScript(script))
      const answer = response.body as { readonly message?: string } | undefined
      if (answer?.message?.includes('Syntax Error')) {
        expect(error?.kind).toBe('syntax')
        expect(`${error?.message}\nStatement: ${script}`).toContain(answer.message)
      } else {
        expect(error).toBeNull()
      }
    },
  )

  const recorded = join(shared, 'ksqldb', 'recorded')
  test.each(readdirSync(recorded).filter((file) => file.endsWith('.sql')))('recorded/%s parses', (file) => {
    expect(parseScript(readFileSync(join(recorded, file), 'utf8')).length).toBeGreaterThan(0)
  })
})
