import { whole } from '../jobs/number-text.ts'
import type { ProduceListener, ProduceResult } from '../jobs/produce.ts'
import { ProgressBar } from './progress.ts'

/** Sends and tells a person of it: progress and notices as they come, then what arrived. */
export async function tellProduce(job: (listener: ProduceListener) => Promise<ProduceResult>): Promise<void> {
  const bar = new ProgressBar('sending')
  const result = await job({
    onProgress: (progress) => bar.update(progress),
    onNotice: (text) => {
      bar.clear()
      process.stderr.write(`${text}\n`)
    },
  }).finally(() => bar.clear())
  process.stdout.write(`${resultText(result)}\n`)
}

function resultText({ topic, sent, already, rejects, seconds }: ProduceResult): string {
  const lines = [`${whole(sent)} readings sent to ${topic} in ${seconds.toFixed(1)} s`]
  if (already > 0) lines.push(`${whole(already)} were there already`)
  for (const [reason, count] of Object.entries(rejects)) lines.push(`${whole(count)} lines left out: ${reason}`)
  return lines.join('\n')
}
