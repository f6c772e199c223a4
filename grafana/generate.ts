// Writes what Grafana loads. After a change here, of the limits, of the advice or of ksql/03-alerts.ksql: npm run build && node dist/grafana/generate.js
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { alertRules, contactPoint } from './alert-rules.ts'
import { gpuLongTerm } from './gpu-long-term.ts'
import { gpuNow } from './gpu-now.ts'
import { pipeline } from './pipeline.ts'

/** Paths below grafana/ and texts of the generated files. */
export function grafanaFiles(): ReadonlyMap<string, string> {
  const files: Readonly<Record<string, object>> = {
    'dashboards/gpu-now.json': gpuNow(),
    'dashboards/gpu-long-term.json': gpuLongTerm(),
    'dashboards/pipeline.json': pipeline(),
    'provisioning/alerting/rules.json': alertRules(),
    'provisioning/alerting/contact-point.json': contactPoint(),
  }
  return new Map(Object.entries(files).map(([path, content]) => [path, `${JSON.stringify(content, null, 2)}\n`]))
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, text] of grafanaFiles()) {
    const path = join('grafana', name)
    writeFileSync(path, text)
    console.log(`wrote ${path}`)
  }
}
