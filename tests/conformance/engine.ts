import type { EngineFactory } from './contract.ts'

export const createEngine: EngineFactory = () => {
  throw new Error('engine/index.ts is missing')
}
