import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { aggregateFunctions } from '../../../engine/functions/aggregate/index.ts'
import { parsePattern, printPattern } from '../../../engine/functions/pattern.ts'
import { printReturns, type Signature } from '../../../engine/functions/resolve.ts'
import { collectionFunctions } from '../../../engine/functions/scalar/collections.ts'
import { dateFunctions } from '../../../engine/functions/scalar/datetime.ts'
import { mathFunctions } from '../../../engine/functions/scalar/math.ts'
import { describeWithShared } from '../../shared.ts'

interface Listed {
  readonly name: string
  readonly category: string
  readonly signatures: readonly { arguments: string[]; variadic: boolean; returns: string }[]
}

const print = (name: string, signature: Signature) =>
  `(${signature.parameters.map((p) => printPattern(parsePattern(p))).join(', ')})` +
  `${signature.variadic === undefined ? '' : ' variadic'} -> ${printReturns(name, signature)}`

describeWithShared('signatures of a real server', (shared) => {
  const listed: Listed[] = JSON.parse(readFileSync(join(shared, 'ksqldb', 'rest', 'functions.json'), 'utf8'))
  const printListed = (name: string) =>
    (listed.find((f) => f.name === name)?.signatures ?? [])
      .map((s) => `(${s.arguments.join(', ')})${s.variadic ? ' variadic' : ''} -> ${s.returns}`)
      .sort()

  test.each(
    [...mathFunctions, ...collectionFunctions, ...dateFunctions, ...aggregateFunctions].map(
      (f) => [f.name, f] as const,
    ),
  )('%s has the signatures the server lists', (name, fn) => {
    expect(fn.variants.map((v) => print(name, v)).sort()).toEqual(printListed(name))
  })

  test('no aggregate, array, map, lambda, date or trigonometric function is missing', () => {
    const ours = [...mathFunctions, ...collectionFunctions, ...dateFunctions, ...aggregateFunctions].map((f) => f.name)
    const elsewhere = ['GREATEST', 'LEAST']
    const wanted = listed
      .filter((f) => ['AGGREGATE', 'ARRAY', 'MAP', 'LAMBDA', 'DATE / TIME', 'MATHEMATICAL'].includes(f.category))
      .map((f) => f.name)
    expect(wanted.filter((name) => !ours.includes(name) && !elsewhere.includes(name))).toEqual([])
  })
})
