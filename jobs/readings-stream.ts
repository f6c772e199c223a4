import { KsqlEngine, type Source } from '../engine/index.ts'
import { executeFile, productStatements } from './statement-file.ts'

/** The stream of readings as the first of the product's files declares it. */
export async function readingsStream(): Promise<Source> {
  const engine = new KsqlEngine()
  const [readings] = await productStatements()
  executeFile(engine, readings)
  return engine.source('GPU_READINGS')
}
