import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  aggregateFunction,
  builtinFunctions,
  describeFunctions,
  functionNames,
  scalarFunction,
  tableFunction,
  unknownFunction,
} from '../../../engine/functions/registry.ts'
import { describeWithShared } from '../../shared.ts'

interface RecordedFunction {
  readonly name: string
  readonly type: string
  readonly category: string
  readonly signatures: readonly { arguments: readonly string[]; variadic: boolean; returns: string }[]
}

/** Functions of the real server that the engine lacks on purpose; and the other way round. */
const MISSING: readonly string[] = []
const ADDED: readonly string[] = []

describe('function registry', () => {
  it('finds functions by name in any case, each among its own kind', () => {
    expect(scalarFunction('substring')?.name).toBe('SUBSTRING')
    expect(tableFunction('Explode')?.name).toBe('EXPLODE')
    expect(aggregateFunction('count')?.name).toBe('COUNT')
    expect(scalarFunction('COUNT')).toBeUndefined()
    expect(tableFunction('SUBSTRING')).toBeUndefined()
  })

  it('lists names in order, each once', () => {
    const names = functionNames()
    expect(names).toEqual([...new Set(names)].sort())
    expect(describeFunctions().map((fn) => fn.name)).toEqual(names)
  })

  it('offers the nearest name for an unknown one', () => {
    const error = unknownFunction('SUBSTRNG')
    expect(error.kind).toBe('semantic')
    expect(error.message).toBe("Can't find any functions with the name 'SUBSTRNG'")
    expect(error.fix).toBe('Did you mean SUBSTRING?')
    expect(unknownFunction('FROBNICATE').fix).toContain('SHOW FUNCTIONS')
  })

  it('takes more functions, but not two of one name', () => {
    const variant = { parameters: [], returns: 'INT', nulls: 'propagate' as const, bind: () => () => 42 }
    const answer = { name: 'ANSWER', description: '', category: 'OTHER', variants: [variant] }
    expect(builtinFunctions.with({ scalar: [answer] }).scalar('answer')).toBe(answer)
    expect(() => builtinFunctions.with({ scalar: [{ ...answer, name: 'ABS' }] })).toThrow('Two functions are named ABS')
  })

  it('describes every function and gives each signature once', () => {
    for (const fn of describeFunctions()) {
      expect(fn.description, fn.name).toMatch(/\S/)
      const signatures = fn.signatures.map((s) => `${s.arguments} ${s.variadic}`)
      expect(signatures, fn.name).toEqual([...new Set(signatures)])
    }
  })
})

describeWithShared('function registry against a real server', (shared) => {
  const recorded: RecordedFunction[] = JSON.parse(readFileSync(join(shared, 'ksqldb/rest/functions.json'), 'utf8'))
  const theirs = recorded.flatMap((fn) =>
    fn.signatures.map((s) => `${fn.name} ${fn.type} ${fn.category} (${s.arguments}) ${s.variadic} ${s.returns}`),
  )
  const ours = describeFunctions().flatMap((fn) =>
    fn.signatures.map(
      (s) => `${fn.name} ${fn.type} ${fn.category} (${s.arguments}) ${s.variadic !== undefined} ${s.returns}`,
    ),
  )

  it('has the same names, categories and signatures', () => {
    expect(theirs.filter((signature) => !ours.includes(signature))).toEqual(MISSING)
    expect(ours.filter((signature) => !theirs.includes(signature))).toEqual(ADDED)
  })
})
