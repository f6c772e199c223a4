import { KsqlEngine } from '../../engine/index.ts'
import type { EngineFactory } from './contract.ts'

export const createEngine: EngineFactory = (options) => new KsqlEngine(options)
