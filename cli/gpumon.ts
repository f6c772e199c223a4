#!/usr/bin/env node
import { keepBatchesYoung } from '../jobs/heap.ts'
import { main } from './main.ts'

keepBatchesYoung()
process.exitCode = await main(process.argv.slice(2))
