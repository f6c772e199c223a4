import type { Typed } from '../plan/typed.ts'
import type { SqlValue } from '../types/values.ts'
import { ExpressionCompiler, type ExpressionEnvironment } from './expression.ts'
import { SourceWriter } from './source.ts'

/** The value of an expression without columns (INSERT VALUES). Throws what the expression throws. */
export function evaluateConstant(e: Typed, environment: ExpressionEnvironment): SqlValue {
  if (e.op === 'const') return e.value
  const noColumns = (): never => {
    throw new Error('a constant expression has no columns')
  }
  const out = new SourceWriter()
  const compiler = new ExpressionCompiler(
    out,
    { column: noColumns, pseudo: noColumns, synthetic: noColumns },
    environment,
  )
  const { val, err } = compiler.boxed(e)
  out.emit(`return ${err === 'false' ? val : `${err} ? null : ${val}`};`)
  const report = (_column: string, error: unknown): never => {
    throw error
  }
  return out.compile<() => SqlValue>(environment.label, [], [`const report = ${out.constant(report)};`])()
}
