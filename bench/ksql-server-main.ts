import { compareOnCluster } from './cluster.ts'
import { produceLog } from './kafka-steps.ts'
import { removeOutputs } from './ksql-server-steps.ts'

/**
 * `npm run bench:ksql-server -- [--json FILE] [--rows N]`: the product's statements on a real broker, beside kafkajs that takes the same readings and sends what
 * they give from memory.
 */
await compareOnCluster({
  rows: 200_000,
  ours: 'ksql-server',
  yardstick: 'kafkajs-ready-outputs',
  // The yardstick sends what the turn before it has made.
  order: ['ksql-server', 'kafkajs-ready-outputs'],
  title: 'ksql-server against kafkajs with ready-made outputs',
  prepare: ({ bootstrap, registry }, log) => produceLog(log, bootstrap, registry),
  clear: async ({ bootstrap }, step) => {
    if (step === 'ksql-server') await removeOutputs(bootstrap)
  },
})
