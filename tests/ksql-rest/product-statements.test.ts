import { expect, test } from 'vitest'
import { productStatements } from '../../jobs/statement-file.ts'
import { KsqlClient } from '../../ksql-rest/client/client.ts'
import { collected } from './post.ts'
import { served } from './served.ts'

test('the files of ksql/ run unchanged, a request each, and readings that are inserted come out as alerts', async () => {
  const { url } = await served()
  const client = new KsqlClient({ url })
  for (const { text } of await productStatements()) await client.execute(text)
  const queries = await client.execute('SHOW QUERIES;')
  expect(queries[0]['queries']).not.toHaveLength(0)

  const described = await client.execute('DESCRIBE gpu_readings;')
  expect(described).toMatchObject([{ sourceDescription: { name: 'GPU_READINGS', topic: 'gpu.readings' } }])
  const alerts = await client.query('SELECT device, rule, reading FROM gpu_alerts EMIT CHANGES LIMIT 1;')
  await client.execute(
    `INSERT INTO gpu_readings (device, ts, host, source, \`row\`, gpu_temperature)
       VALUES ('gpu', '2026-11-24T08:00:00', 'pc', 'log', 0, 120.0);`,
  )
  expect(await collected(alerts)).toEqual([['gpu', 'gpu-critical', 120]])
})
