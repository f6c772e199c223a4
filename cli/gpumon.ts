#!/usr/bin/env node
import { keepBatchesYoung } from '../jobs/heap.ts'
import { endProcess } from './end-process.ts'
import { main } from './main.ts'

keepBatchesYoung()
await endProcess(await main(process.argv.slice(2)))
